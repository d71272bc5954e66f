// Package procfs reads /proc as it was before a program could mount something
// over it.
//
// A supervisor mostly shares its mount namespace with the program. Where the
// program may mount, as root or in a user namespace around both, a path below
// /proc leads wherever it likes later: to lists that it has written itself, or
// to a file system of its own (FUSE) that never answers.
package procfs

import "errors"

var (
	// ErrNone: /proc is missing, is no procfs, or is of another pid namespace,
	// where the same numbers are other processes.
	ErrNone = errors.New("there is no /proc of this pid namespace")
	// ErrCovered: something was mounted over it since.
	ErrCovered = errors.New("something is mounted over it in /proc")
)
