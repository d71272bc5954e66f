//go:build amd64 || arm64

package launcher

import (
	"syscall"

	"golang.org/x/sys/unix"

	"sandbox/bpf"
)

// lastWords is what a process says and does whose execve fails under its own
// filter: prepared before, because afterwards there is no Go any more.
type lastWords struct {
	known    [len(usual)]lastWord // the usual errors, explained
	other    []byte               // for any other, with room for the number
	digits   []byte               // that room: three bytes of other
	mayWrite bool                 // the filter does not kill for writing it
	mayExit  bool                 // the filter does not end just this thread
}

type lastWord struct {
	errno  uint32
	status uintptr
	text   []byte
}

// usual are the errors that execve fails with after all that was checked before.
var usual = [...]syscall.Errno{unix.ENOENT, unix.EACCES, unix.ENOEXEC, unix.E2BIG, unix.ETXTBSY, unix.ENOMEM, unix.EPERM}

// usualText is what the messages need in bytes, all together, without the paths
// in them.
const usualText = 1200

func prepareLastWords(p bpf.Program, path string, im image) *lastWords {
	words := new(lastWords)
	text := make([]byte, 0, usualText+(len(usual)+2)*len(path))
	var ends [len(usual)]int
	for i, errno := range usual {
		r := explainExecve(path, im, errno)
		text = r.appendTo(text)
		words.known[i] = lastWord{errno: uint32(errno), status: uintptr(r.status)}
		ends[i] = len(text)
	}
	text = cannotExecute(path, "errno 000").appendTo(text)
	begin := 0
	for i, end := range ends {
		words.known[i].text = text[begin:end:end]
		begin = end
	}
	words.other = text[begin:]
	words.digits = words.other[len(words.other)-len("000\n") : len(words.other)-1]
	words.mayWrite, words.mayExit = lastCalls(p, words.other)
	return words
}

// say reports the errno and ends the process, by whatever means the filter
// leaves. The contract of enter holds.
//
//go:nosplit
//go:norace
func (w *lastWords) say(errno uint32) {
	status, text := uintptr(StatusNotExecutable), w.other
	for i := len(w.digits) - 1; i >= 0; i-- {
		w.digits[i] = byte('0' + errno/pow10(len(w.digits)-1-i)%10)
	}
	for i := range w.known {
		if w.known[i].errno == errno {
			status, text = w.known[i].status, w.known[i].text
		}
	}
	if w.mayWrite {
		systemCall(unix.SYS_WRITE, 2, address(text), uintptr(len(text)), 0, 0, 0)
	}
	if w.mayExit {
		systemCall(unix.SYS_EXIT_GROUP, status, 0, 0, 0, 0, 0)
	}
	crash()
}

//go:nosplit
//go:norace
func pow10(n int) uint32 {
	p := uint32(1)
	for ; n > 0; n-- {
		p *= 10
	}
	return p
}
