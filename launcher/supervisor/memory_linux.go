//go:build amd64 || arm64

package supervisor

import (
	"bytes"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"sandbox/arch/decode"
)

const (
	// patience is how long the program's memory may take to answer: its pages
	// can come from a file system or a page fault handler that is the program
	// itself.
	patience = 100 * time.Millisecond
	// Of Strings no more than these are kept.
	maxStrings     = 16
	maxStringsSize = 4 * MaxText
)

// readMemory reads what lies behind addresses in a thread's memory.
func (l *Listener) readMemory(objects []Object, thread int) {
	read := slices.Clone(objects)
	if l.reader.within(patience, func() {
		for i := range read {
			read[i].read(thread)
		}
	}) {
		copy(objects, read)
		return
	}
	for i := range objects {
		if objects[i].Kind != decode.Descriptor {
			objects[i].Err = ErrSilent
		}
	}
}

// A reader runs functions that may hang, one at a time.
type reader struct{ busy atomic.Bool }

// within runs f, and reports whether it ended in time. If not, it is left behind
// in its goroutine, and while it hangs no other function is run.
func (r *reader) within(limit time.Duration, f func()) bool {
	if !r.busy.CompareAndSwap(false, true) {
		return false
	}
	done := make(chan struct{})
	go func() {
		f()
		r.busy.Store(false)
		close(done)
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}

func (o *Object) read(thread int) {
	switch o.Kind {
	case decode.Path, decode.Text:
		var text string
		text, o.Cut, o.Err = readText(thread, o.value, MaxText)
		if text != "" || o.Err == nil {
			o.Texts = []string{text}
		}
	case decode.Strings:
		o.readStrings(thread)
	case decode.SocketAddress:
		b := make([]byte, min(max(o.size, 0), maxSockaddr))
		var n int
		if n, o.Err = readBytes(thread, o.value, b); n == len(b) {
			o.socketAddress(b)
		}
	}
}

// readStrings reads an array of addresses of texts, up to a 0.
func (o *Object) readStrings(thread int) {
	room := maxStringsSize
	for i := 0; ; i++ {
		var b [8]byte
		address := b[:o.word]
		if _, o.Err = readBytes(thread, o.value+uint64(i*o.word), address); o.Err != nil {
			return
		}
		at := uint64(0)
		for j, c := range address {
			at |= uint64(c) << (8 * j) // amd64 and arm64 are little-endian
		}
		if at == 0 {
			return
		}
		if o.Cut = i == maxStrings || room == 0; o.Cut {
			return
		}
		text, cut, err := readText(thread, at, min(room, MaxText))
		if err != nil {
			o.Err = err
			return
		}
		o.Texts = append(o.Texts, text)
		room -= len(text)
		if o.Cut = cut; cut {
			return
		}
	}
}

// readText reads a text that ends with a 0 byte, or the first limit bytes of
// it; on an error, what can be read of it.
func readText(thread int, address uint64, limit int) (text string, cut bool, err error) {
	b := make([]byte, limit+1)
	n := 0
	for n <= limit {
		// The text may end in front of a page that is not there.
		page := uint64(os.Getpagesize())
		chunk := b[n:min(uint64(len(b)), uint64(n)+page-(address+uint64(n))%page)]
		if _, err := readBytes(thread, address+uint64(n), chunk); err != nil {
			return string(b[:n]), false, err
		}
		if end := bytes.IndexByte(chunk, 0); end >= 0 {
			return string(b[:n+end]), false, nil
		}
		n += len(chunk)
	}
	return string(b[:limit]), true, nil
}

// readBytes reads all of b from a thread's memory, or as much as can be.
func readBytes(thread int, address uint64, b []byte) (n int, err error) {
	if len(b) == 0 {
		return 0, nil
	}
	local := []unix.Iovec{{Base: &b[0]}}
	local[0].SetLen(len(b))
	remote := []unix.RemoteIovec{{Base: uintptr(address), Len: len(b)}}
	n, err = unix.ProcessVMReadv(thread, local, remote, 0)
	if err == nil && n < len(b) {
		err = unix.EFAULT
	}
	return max(n, 0), err
}
