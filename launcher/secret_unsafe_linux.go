//go:build amd64 || arm64

package launcher

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// place writes the path and the two arrays to their addresses. The strings that
// the arrays point at stay where they are: the garbage collector does not look
// into memory that is not its own, so the plan keeps them alive.
func (pl *plan) place(s *Secret) error {
	path := append([]byte(unsafe.String(pl.path, cLength(pl.path))), 0)
	for i, need := range [...]uintptr{argPath: uintptr(len(path)), argArgs: arraySize(pl.argv), argEnv: arraySize(pl.envp)} {
		if err := s.places[i].holds(need); err != nil {
			return err
		}
	}
	pl.secret.places = s.places
	pl.secret.argv, pl.secret.envp = pl.argv, pl.envp
	pl.path = (*byte)(s.places[argPath].pointer())
	copy(unsafe.Slice(pl.path, len(path)), path)
	pl.argv = s.places[argArgs].array(pl.argv)
	pl.envp = s.places[argEnv].array(pl.envp)
	return nil
}

func arraySize(array []*byte) uintptr { return uintptr(len(array)) * unsafe.Sizeof(array[0]) }

// cLength returns the length of a string that ends with a zero byte.
func cLength(s *byte) int {
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(s), n)) != 0 {
		n++
	}
	return n
}

// holds reports, as an error, that there is no room for so many bytes.
func (p *place) holds(need uintptr) error {
	if p.size == 0 {
		return &Error{Status: StatusFailed, Text: "cannot start the command: " + errForgotten.Error(), Err: errForgotten}
	}
	if need > p.size-p.offset {
		r := cannotExecute("the command", "the arguments and the environment are too long")
		return r.err(unix.E2BIG)
	}
	return nil
}

// pointer returns the address of the argument.
func (p *place) pointer() unsafe.Pointer {
	address := p.start + p.offset
	return *(*unsafe.Pointer)(unsafe.Pointer(&address))
}

// array writes an array of pointers to its place.
func (p *place) array(from []*byte) []*byte {
	words := unsafe.Slice((*uintptr)(p.pointer()), len(from))
	for i, s := range from {
		words[i] = uintptr(unsafe.Pointer(s))
	}
	return unsafe.Slice((**byte)(p.pointer()), len(from))
}

// install installs the filter that goes first, if there is one. It passes all
// calls but execve, so it is not in the way of the other. Whether success is
// faked is asked as enter asks it. The contract of enter holds.
//
//go:nosplit
//go:norace
func (s *secretPlan) install() (errno uint32) {
	length := s.fprog.Len
	if length == 0 {
		return 0
	}
	s.fprog.Len = 0
	errno = failed(s.seccomp())
	s.fprog.Len = length
	switch errno {
	case 0:
		return uint32(syscall.EPERM)
	case uint32(syscall.EINVAL):
		return failed(s.seccomp())
	}
	return errno
}

// erase overwrites the filters of a plan that was carried out, and the stack on
// which it was, if they know secret addresses. The contract of enter holds.
//
//go:nosplit
//go:norace
func (pl *plan) erase() {
	if pl.secret.places[argPath].size == 0 {
		return
	}
	for i := range pl.filter {
		pl.filter[i].K = 0
	}
	for i := range pl.secret.filter {
		pl.secret.filter[i].K = 0
	}
	if pl.stack != nil { // of a child that had the addresses in registers
		for i := range pl.stack {
			pl.stack[i] = 0
		}
	}
}

// forget erases the filters and gives the memory at the secret addresses back,
// in a process that outlives the launch and has no use for them. The contract of
// enter holds.
//
//go:nosplit
//go:norace
func (pl *plan) forget() {
	pl.erase()
	for i := range pl.secret.places {
		p := &pl.secret.places[i]
		if p.size == 0 {
			continue
		}
		systemCall(unix.SYS_MUNMAP, p.start, p.size, 0, 0, 0, 0)
		*p = place{}
	}
}

//go:nosplit
//go:norace
func (s *secretPlan) seccomp() uintptr {
	return systemCall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, s.flags, uintptr(unsafe.Pointer(&s.fprog)), 0, 0, 0)
}
