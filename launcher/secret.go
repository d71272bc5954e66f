package launcher

import "errors"

// A Secret is where the execve of a launch has its arguments: the path, the
// arguments and the environment, each at an address of its own, drawn at random.
// A filter that allows execve with these three registers alone allows that one
// call: execve takes the memory away, and the program that it starts does not
// know where it was.
//
// That holds as long as nobody tells. A Secret prints as a word.
type Secret struct {
	places [3]place
}

// A place is a part of the address space that is kept for an argument.
type place struct {
	start  uintptr // of the reservation
	size   uintptr
	offset uintptr // of the argument in it
}

// String says nothing.
func (s *Secret) String() string { return "secret" }

// GoString says nothing either.
func (s *Secret) GoString() string { return "secret" }

// Addresses returns the registers of the execve: args[0] to args[2].
func (s *Secret) Addresses() (addresses [3]uint64) {
	for i, p := range s.places {
		addresses[i] = uint64(p.start + p.offset)
	}
	return addresses
}

// The arguments of execve, by register.
const (
	argPath = iota
	argArgs
	argEnv
)

// What the arguments can take: PATH_MAX (include/uapi/linux/limits.h) for the
// path, with room for a message of the kernel's about a longer one. All strings
// and pointers together are at most three quarters of 8 MiB (bprm_stack_limits
// in fs/exec.c, Linux 4.13).
const (
	roomForPath  = 1 << 14
	roomForArray = 6 << 20
)

var errForgotten = errors.New("the addresses are forgotten, or were never drawn")
