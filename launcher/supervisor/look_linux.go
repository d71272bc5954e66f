//go:build amd64 || arm64

package supervisor

import (
	"bytes"
	"strconv"

	"golang.org/x/sys/unix"

	"sandbox/arch"
	"sandbox/arch/decode"
)

// Executable tells which program the caller of a call that waits runs, as
// Who.Exe.
func (l *Listener) Executable(c *Call) (string, error) {
	if err := l.visible(c); err != nil {
		return "", err
	}
	exe, err := l.readlink(c.Thread, "exe")
	if !l.Waiting(c.ID) {
		return "", ErrGone
	}
	return exe, err
}

// Look tells who made a call that waits, and what its arguments stand for. It
// fails with ErrInvisible, ErrNoProc, ErrCovered or ErrGone, or if /proc has
// nothing about the caller. What of the rest cannot be read is left out.
//
// It takes some tens of microseconds, and a tenth of a second where the program's
// memory does not answer.
func (l *Listener) Look(c *Call) (*Seen, error) {
	if err := l.visible(c); err != nil {
		return nil, err
	}
	s := &Seen{}
	err := l.who(s, c.Thread)
	if err == nil {
		l.lookBehind(s, c)
	}
	// Only now it is certain that all of that was the caller's.
	if !l.Waiting(c.ID) {
		return nil, ErrGone
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (l *Listener) visible(c *Call) error {
	switch {
	case c.Thread == 0:
		return ErrInvisible
	case l.proc == nil:
		return ErrNoProc
	}
	return nil
}

func procName(thread int, name string) string { return strconv.Itoa(thread) + "/" + name }

// readlink returns where a link of a thread's directory leads, cut to MaxText
// bytes.
func (l *Listener) readlink(thread int, name string) (string, error) {
	var target [MaxText]byte
	n, err := l.proc.Readlink(procName(thread, name), target[:])
	if err != nil {
		return "", err
	}
	return string(target[:n]), nil
}

// who reads who a thread is.
func (l *Listener) who(s *Seen, thread int) error {
	s.Thread = thread
	var buf [512]byte // of status, more than there is before the id
	n, err := l.proc.Read(procName(thread, "comm"), buf[:])
	if err != nil {
		return err
	}
	s.Comm = string(bytes.TrimSuffix(buf[:n], []byte("\n")))
	if n, err = l.proc.Read(procName(thread, "status"), buf[:]); err != nil {
		return err
	}
	// The kernel escapes newlines in the name that comes before it.
	if _, after, found := bytes.Cut(buf[:n], []byte("\nTgid:\t")); found {
		line, _, _ := bytes.Cut(after, []byte("\n"))
		s.Process, err = strconv.Atoi(string(line))
		if err != nil {
			return err
		}
	}
	s.Exe, _ = l.readlink(thread, "exe") // not of a process that may not be traced
	return nil
}

// lookBehind looks at what the call's arguments stand for.
func (l *Listener) lookBehind(s *Seen, c *Call) {
	abi, syscall := c.Syscall()
	if syscall == nil {
		return
	}
	s.Objects = objectsOf(abi, syscall, &c.Args)
	memory := false
	for i := range s.Objects {
		if o := &s.Objects[i]; o.Kind == decode.Descriptor {
			l.target(o, c.Thread)
		} else {
			memory = true
		}
	}
	if memory {
		l.readMemory(s, c.Thread)
	}
	if startsInDirectory(s, syscall) {
		s.Directory, _ = l.readlink(c.Thread, "cwd")
	}
}

// objectsOf returns what arguments stand for something, with nothing known of
// it.
func objectsOf(abi arch.ABI, syscall *arch.Syscall, args *[6]uint64) []Object {
	var objects []Object
	known := decode.AllKnown(*args)
	for i := range syscall.Params {
		p := &syscall.Params[i]
		o := Object{Register: int(p.Low), Kind: decode.Of(abi, syscall, p, known).Kind(), word: abi.Bits() / 8}
		o.value = args[p.Low] << (64 - p.Type.Bits) >> (64 - p.Type.Bits)
		switch {
		case p.Split:
			continue
		case o.Kind == decode.Descriptor:
			if int32(o.value) < 0 { // AT_FDCWD and the like
				continue
			}
		case o.Kind == decode.SocketAddress:
			if i+1 < len(syscall.Params) {
				o.size = int(int32(args[syscall.Params[i+1].Low]))
			}
			fallthrough
		case o.Kind == decode.Path, o.Kind == decode.Text, o.Kind == decode.Strings:
			if o.value == 0 {
				continue
			}
		default:
			continue
		}
		objects = append(objects, o)
	}
	return objects
}

// target finds where a descriptor leads. Threads can have tables of their own.
func (l *Listener) target(o *Object, thread int) {
	target, err := l.readlink(thread, "fd/"+strconv.Itoa(int(int32(o.value))))
	switch err {
	case nil:
		o.Texts = []string{target}
		o.Cut = len(target) == MaxText
	case unix.ENOENT:
		o.Err = unix.EBADF
	default:
		o.Err = err
	}
}

// startsInDirectory reports whether a path of the call starts in the thread's
// working directory: it is relative, and no descriptor stands before it.
func startsInDirectory(s *Seen, syscall *arch.Syscall) bool {
	for i := range syscall.Params {
		o := s.Object(int(syscall.Params[i].Low))
		if o == nil || o.Kind != decode.Path || o.Err != nil || o.Text() != "" && o.Text()[0] == '/' {
			continue
		}
		if i > 0 {
			if base := s.Object(int(syscall.Params[i-1].Low)); base != nil && base.Kind == decode.Descriptor {
				continue
			}
		}
		return true
	}
	return false
}
