package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"strings"
	"time"

	"sandbox/bpf"
)

// libseccomp is Debian's library, at one of its levels of optimisation, run by
// helpers/libseccomp.c. It is told the priorities of calls, which level 1 uses.
type libseccomp struct {
	shop  *workshop
	level int
}

const libseccompHelper = "libseccomp"

func (l libseccomp) name() string {
	return [...]string{1: "libseccomp linear", 2: "libseccomp tree"}[l.level]
}

func (l libseccomp) compile(d *description) (bpf.Program, error) {
	filter, _, err := l.run(d, 1)
	if err != nil {
		return bpf.Program{}, err
	}
	code, err := bpf.Decode(filter, binary.LittleEndian)
	if err != nil {
		return bpf.Program{}, err
	}
	return bpf.Verify(code)
}

func (l libseccomp) timed(d *description, n int) ([]time.Duration, error) {
	_, report, err := l.run(d, n)
	if err != nil {
		return nil, err
	}
	return readDurations(report)
}

// run has the helper compile a policy n times in a new process.
func (l libseccomp) run(d *description, n int) (filter []byte, report string, err error) {
	var out, errs bytes.Buffer
	command := exec.Command(l.shop.path(libseccompHelper))
	command.Stdin = strings.NewReader(l.input(d, n))
	command.Stdout, command.Stderr = &out, &errs
	if err := command.Run(); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.ExitCode() == 3 {
			return nil, "", l.refused(d, errs.String())
		}
		return nil, "", fmt.Errorf("%w: %s", err, errs.String())
	}
	return out.Bytes(), errs.String(), nil
}

// refused says which rule the library refused.
func (l libseccomp) refused(d *description, report string) error {
	var index, errno int
	if _, err := fmt.Sscan(report, &index, &errno); err != nil {
		return err
	}
	name, _ := native.ErrnoName(uint16(errno))
	return inexpressible("a rule about %s is refused with %s", d.rules[index].call, name)
}

// input is the policy as the helper reads it.
func (l libseccomp) input(d *description, n int) string {
	// enum scmp_compare of seccomp.h.
	const maskedEqual = 7
	compare := [...]int{equal: 4, notEqual: 1, less: 2, lessOrEqual: 3, greater: 6, greaterOrEqual: 5}

	var text, priorities strings.Builder
	count := 0
	for _, call := range native.Syscalls() {
		if w := weight(call.Number); w >= 1 {
			fmt.Fprintf(&priorities, "%d %d\n", call.Number, min(int(w), math.MaxUint8))
			count++
		}
	}
	fmt.Fprintf(&text, "%d %d %x %d %d\n", n, l.level, uint32(d.fallback), len(d.rules), count)
	for i := range d.rules {
		r := &d.rules[i]
		fmt.Fprintf(&text, "%x %d %d", uint32(r.action), r.number, len(r.when))
		for _, c := range r.when {
			op := compare[c.op]
			if c.mask != allBits {
				op = maskedEqual
			}
			fmt.Fprintf(&text, " %d %d %x %x", c.arg, op, c.mask, c.value)
		}
		text.WriteString("\n")
	}
	text.WriteString(priorities.String())
	return text.String()
}
