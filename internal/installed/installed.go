// Package installed reads the seccomp filters of a running process.
package installed

import (
	"errors"
	"fmt"

	"sandbox/bpf"
)

// ErrUnfiltered is the error about a process without a filter.
var ErrUnfiltered = errors.New("it has no seccomp filter")

// A Refusal is a program of a process that bpf.Verify refuses, although the
// kernel has accepted it: a bug of one of them.
type Refusal struct {
	Index int // 0: the oldest filter
	Err   error
}

func (r *Refusal) Error() string { return fmt.Sprintf("filter %d: %v", r.Index, r.Err) }

// Unwrap returns why it was refused.
func (r *Refusal) Unwrap() error { return r.Err }

// verified returns the program that the kernel handed out.
func verified(index int, code []bpf.Instruction) (bpf.Program, error) {
	p, err := bpf.Verify(code)
	if err != nil {
		return bpf.Program{}, &Refusal{Index: index, Err: err}
	}
	return p, nil
}
