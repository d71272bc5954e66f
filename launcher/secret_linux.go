//go:build amd64 || arm64

package launcher

import (
	"encoding/binary"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"sandbox/bpf"
)

// NewSecret draws three addresses and keeps them free for the arguments of a
// command: nothing else of this process can come to lie there. The error is an
// *Error.
func NewSecret() (*Secret, error) {
	s := new(Secret)
	for i, room := range [...]uintptr{argPath: roomForPath, argArgs: roomForArray, argEnv: roomForArray} {
		p, err := reserve(room, i != argPath)
		if err != nil {
			s.Forget()
			return nil, &Error{
				Status: StatusFailed,
				Text:   "cannot keep a secret address for execve: " + err.Error(),
				Hint:   "the kernel's random numbers and some address space are needed for once() (getrandom, mmap)",
				Err:    err,
			}
		}
		s.places[i] = p
	}
	return s, nil
}

// Address spaces are of 47 bits on amd64, and of 36 to 52 on arm64, where
// programs get no more than 48 unless they ask for it
// (Documentation/arch/x86/x86_64/mm.rst, Documentation/arch/arm64/memory.rst).
const (
	mostBits   = 47
	leastBits  = 36
	spaceTries = 8 // at one size: the rest of the address space is hardly ever in the way
)

// reserve keeps a part of the address space free that begins at a random page,
// above 4 GiB, so that no half of the argument's address is 0.
func reserve(room uintptr, aligned bool) (place, error) {
	page := uintptr(os.Getpagesize())
	size := (room+page-1)&^(page-1) + page // the offset is less than a page
	var err error
	for bits := mostBits; bits >= leastBits; bits-- {
		for range spaceTries {
			var random [2]uint64
			if random, err = randomWords(); err != nil {
				return place{}, err
			}
			start := uintptr(random[0]) & (1<<bits - 1) &^ (page - 1)
			offset := uintptr(random[1]) & (page - 1)
			if aligned {
				offset &^= 7
			}
			if start < 1<<32 || uint32(start+offset) == 0 {
				continue
			}
			if err = mapAt(start, size); err == nil {
				return place{start, size, offset}, nil
			}
		}
	}
	return place{}, err
}

// mapAt reserves memory exactly there. What of it is never touched takes none.
func mapAt(start, size uintptr) error {
	const flags = unix.MAP_PRIVATE | unix.MAP_ANONYMOUS | unix.MAP_NORESERVE | unix.MAP_FIXED_NOREPLACE
	got := systemCall(unix.SYS_MMAP, start, size, unix.PROT_READ|unix.PROT_WRITE, flags, ^uintptr(0), 0)
	switch errno := failed(got); {
	case errno != 0:
		return syscall.Errno(errno)
	case got != start: // a hint is all that it was before Linux 4.17
		systemCall(unix.SYS_MUNMAP, got, size, 0, 0, 0, 0)
		return unix.EEXIST
	}
	return nil
}

func randomWords() (words [2]uint64, err error) {
	var b [16]byte
	for filled := 0; filled < len(b); {
		n, err := unix.Getrandom(b[filled:], 0)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return words, err
		case n <= 0: // a filter around this process pretends
			return words, unix.EIO
		}
		filled += n
	}
	return [2]uint64{binary.NativeEndian.Uint64(b[:]), binary.NativeEndian.Uint64(b[8:])}, nil
}

// Forget gives the memory back, with what is in it, once the command runs: the
// addresses mean nothing any more.
func (s *Secret) Forget() {
	for i := range s.places {
		if p := &s.places[i]; p.size != 0 {
			systemCall(unix.SYS_MUNMAP, p.start, p.size, 0, 0, 0, 0)
			*p = place{}
		}
	}
}

// A secretPlan is what a plan has for a command with a Secret.
type secretPlan struct {
	places     [3]place // of size 0: execve is given what lies anywhere
	argv, envp []*byte  // the strings at the secret addresses are these

	filter []unix.SockFilter // installed before the plan's; none: fprog.Len is 0
	fprog  unix.SockFprog
	flags  uintptr
}

// hide moves what execve is given to the command's secret addresses, and
// prepares the filter that goes first.
func (pl *plan) hide(c Command, o Options) error {
	if c.Secret != nil {
		if err := pl.place(c.Secret); err != nil {
			return err
		}
	}
	if c.First.IsZero() {
		return nil
	}
	first := c.First.Program()
	if err := checkFeatures(first, o); err != nil {
		return err
	}
	pl.secret.filter = kernelFilter(first)
	pl.secret.fprog = unix.SockFprog{Len: uint16(len(pl.secret.filter)), Filter: &pl.secret.filter[0]}
	if o.Log {
		pl.secret.flags = unix.SECCOMP_FILTER_FLAG_LOG
	}
	return checkExecve(first, pl)
}

// kernelFilter returns a program as the kernel reads it.
func kernelFilter(p bpf.Program) []unix.SockFilter {
	filter := make([]unix.SockFilter, p.Len())
	for i := range filter {
		in := p.At(i)
		filter[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	return filter
}
