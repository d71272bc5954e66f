package supervisor

import (
	"errors"

	"sandbox/arch"
	"sandbox/arch/decode"
	"sandbox/internal/procfs"
)

// Why a caller could not be looked at. Its call can be answered all the same.
var (
	// ErrGone: the call does not wait any more, so that what was read may be of
	// something else, and has been thrown away.
	ErrGone = errors.New("the caller was interrupted or ended meanwhile")
	// ErrInvisible: the caller lives in a pid namespace that this process cannot
	// look into.
	ErrInvisible = errors.New("the caller is in a pid namespace that is not visible from here")
	// ErrNoProc: /proc was missing or of another pid namespace, where the same
	// numbers are other processes.
	ErrNoProc = procfs.ErrNone
	// ErrCovered: something was mounted over the caller's directory in /proc, as a
	// program can that may mount.
	ErrCovered = procfs.ErrCovered
	// ErrSilent: the memory did not answer in time, as a program can arrange
	// that serves a file system itself (FUSE).
	ErrSilent = errors.New("the program's memory did not answer")
	// ErrHung: so many reads of such memory hang that no more is tried.
	ErrHung = errors.New("too many reads of the program's memory hang")
)

// MaxText is how many bytes of a text of the program are kept.
const MaxText = 1024

// Who made a call. The texts are the program's own: it can put any bytes into
// them, so they are escaped wherever they are shown.
type Who struct {
	Process int    // its process: the id of the thread group, in this process's pid namespace
	Thread  int    // the calling thread, as Call.Thread
	Comm    string // the thread's name: at most 15 bytes, whatever the program likes
	// Exe is the path of the executable, from the root of this process; the
	// kernel appends " (deleted)" where it is no more. At most MaxText bytes; none
	// if it cannot be read, as without the right to trace the process.
	Exe string
}

// Seen is what a call looked like while it waited: a help for people, of which
// nothing may be judged. Other threads of the program can change its memory and
// its descriptors at any time, also between two looks.
type Seen struct {
	Who
	// Directory is the working directory of the thread, if a path of the call
	// starts there; otherwise "".
	Directory string
	Objects   []Object // by register
	// Unread is why memory of the caller was not read, or not further: ErrSilent,
	// ErrHung, or what failed. It is nil where only an address is wrong.
	Unread error
}

// Object returns what a register stood for, or nil if it is only a number.
func (s *Seen) Object(register int) *Object {
	for i := range s.Objects {
		if s.Objects[i].Register == register {
			return &s.Objects[i]
		}
	}
	return nil
}

// An Object is what an argument stood for.
type Object struct {
	Register int
	// Kind says what the texts are:
	//
	//	Path           the path behind the address
	//	Text           other text behind it
	//	Descriptor     where the descriptor leads: a path, or as "socket:[123]" or "pipe:[45]"
	//	SocketAddress  "127.0.0.1:80", "[::1]:80", a path or "@" with an abstract name; or, of other families, nothing
	//	Strings        the first of the texts behind the addresses
	Kind decode.Kind
	// Texts are one text but for Strings. They are the program's own bytes, to
	// be escaped like those of Who, each of at most MaxText bytes.
	Texts  []string
	Cut    bool   // there is more than Texts have
	Family string // of a SocketAddress: "AF_INET", or a number
	Err    error  // why there are no texts, or no more of them: an errno, or as Seen.Unread

	value uint64 // the argument, at its parameter's width
	size  int    // of a SocketAddress, in bytes
	word  int    // of an address on the ABI, in bytes
}

// Text returns the first of the texts, or "".
func (o *Object) Text() string {
	if len(o.Texts) == 0 {
		return ""
	}
	return o.Texts[0]
}

// Syscall returns the call's ABI and its row in the ABI's table: nil where the
// table has no such number, and no ABI where there is no table.
func (c *Call) Syscall() (abi arch.ABI, syscall *arch.Syscall) {
	abi, ok := arch.ByAudit(c.Arch)
	if !ok {
		return 0, nil
	}
	syscall, _ = abi.Numbered(c.Nr)
	return abi, syscall
}
