package main

import (
	"errors"
	"fmt"
	"time"

	"sandbox/bpf"
)

// A peer is a compiler of seccomp filters.
type peer interface {
	name() string

	// compile compiles a policy once. An error that wraps errInexpressible says
	// that its language or interface cannot say what the policy says.
	compile(d *description) (bpf.Program, error)

	// timed compiles a policy n times in one process and returns how long each
	// took. The first is cold if the process is new: see inNewProcess.
	timed(d *description, n int) ([]time.Duration, error)
}

// errInexpressible is wrapped by the errors of peers whose language cannot say
// what a policy says.
var errInexpressible = errors.New("cannot be expressed")

// inexpressible says what a peer does not have.
func inexpressible(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errInexpressible}, args...)...)
}

// repeat times n calls of one function.
func repeat(n int, compile func() error) ([]time.Duration, error) {
	took := make([]time.Duration, n)
	for i := range took {
		start := time.Now()
		if err := compile(); err != nil {
			return nil, err
		}
		took[i] = time.Since(start)
	}
	return took, nil
}
