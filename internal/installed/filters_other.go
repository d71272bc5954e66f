//go:build !linux

package installed

import (
	"errors"

	"sandbox/bpf"
)

// Filters returns the filters of a thread, on Linux.
func Filters(int) ([]bpf.Program, error) {
	return nil, errors.New("only Linux has seccomp filters")
}
