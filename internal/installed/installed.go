// Package installed reads the seccomp filters of a running process.
package installed

import (
	"errors"
	"fmt"

	"sandbox/bpf"
)

// Errors of Read and Filters.
var (
	ErrUnfiltered  = errors.New("it has no seccomp filter")
	ErrStrict      = errors.New("it is in seccomp's strict mode, which has no filter")
	ErrUntraceable = errors.New("cannot trace it")
	ErrNotTold     = errors.New("filters are handed out only to CAP_SYS_ADMIN in the initial user namespace, and to nobody who has a filter")
	ErrUnclear     = errors.New("it has no seccomp filter, or this kernel was built without CONFIG_CHECKPOINT_RESTORE")
	ErrNotBuilt    = errors.New("this kernel hands out no filters: it was built without CONFIG_CHECKPOINT_RESTORE")
)

// A Filter is one of a thread, as the kernel hands it out.
type Filter struct {
	Code []bpf.Instruction

	// Log says that the kernel logs what it denies
	// (SECCOMP_FILTER_FLAG_LOG), if LogKnown: kernels before 4.16 do not tell.
	Log, LogKnown bool
}

// Filters returns the programs of a thread's filters, the oldest first. What
// Read says holds for it too; it fails with a Refusal if a filter is no
// program that the kernel accepts.
func Filters(tid int) ([]bpf.Program, error) {
	filters, err := Read(tid)
	if err != nil {
		return nil, err
	}
	programs := make([]bpf.Program, len(filters))
	for i, f := range filters {
		if programs[i], err = bpf.Verify(f.Code); err != nil {
			return nil, &Refusal{Index: i, Err: err}
		}
	}
	return programs, nil
}

// A Refusal is a program of a process that bpf.Verify refuses, although the
// kernel has accepted it: a bug of one of them.
type Refusal struct {
	Index int // 0: the oldest filter
	Err   error
}

func (r *Refusal) Error() string { return fmt.Sprintf("filter %d: %v", r.Index+1, r.Err) }

// Unwrap returns why it was refused.
func (r *Refusal) Unwrap() error { return r.Err }
