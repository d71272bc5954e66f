//go:build linux

package oracle

import (
	"fmt"
	"math"
	"syscall"

	"sandbox/bpf"
)

// Accepts reports for each program whether the kernel accepts it as a seccomp
// filter. None is installed: each is offered with a request for a listener, in
// a child that may open no descriptor, and the kernel checks and translates the
// program before it fails to make one (seccomp_set_mode_filter in
// kernel/seccomp.c: EMFILE, not EINVAL). Programs of more than 65535
// instructions cannot be offered.
func Accepts(programs [][]bpf.Instruction) ([]bool, error) {
	m, err := newMemory(len(programs))
	if err != nil {
		return nil, err
	}
	defer m.free()
	j := job{shared: m.shared}
	for i, code := range programs {
		if len(code) > math.MaxUint16 {
			return nil, fmt.Errorf("program %d: %d instructions do not fit into a struct sock_fprog", i, len(code))
		}
		j.offers = append(j.offers, fprog(code))
	}
	done, status, err := j.run()
	if err != nil {
		return nil, err
	}
	if done != len(programs) {
		return nil, fmt.Errorf("program %d: the child ended: %v", done, status)
	}
	accepted := make([]bool, len(programs))
	for i := range programs {
		switch errno := syscall.Errno(m.shared[atResults+i]); errno {
		case syscall.EMFILE:
			accepted[i] = true
		case syscall.EINVAL:
		default:
			return nil, fmt.Errorf("program %d: the kernel neither accepts nor rejects it: %w", i, errno)
		}
	}
	return accepted, nil
}

// Installs reports whether the kernel installs the program when it is asked
// to, in a child that makes no system call afterwards.
func Installs(code []bpf.Instruction) (bool, error) {
	m, err := newMemory(0)
	if err != nil {
		return false, err
	}
	defer m.free()
	install := fprog(code)
	j := job{install: &install, shared: m.shared}
	_, _, err = j.run()
	if m.shared[atStage] == stageInstall && syscall.Errno(m.shared[atProgress]) == syscall.EINVAL {
		return false, nil
	}
	return err == nil, err
}
