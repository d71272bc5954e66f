package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// A timer times something that is done with a policy: a peer's compiling, or a
// stage of ours.
type timer interface {
	name() string
	timed(d *description, n int) ([]time.Duration, error)
}

// childFlag is the first argument of a process of this program that only times
// one thing: then come the timer's name, the policy's, and how many times.
const childFlag = "-child"

// inNewProcess times something in a process of its own, whose first time is a
// cold one. A helper of libseccomp is one anyway.
func inNewProcess(t timer, d *description, n int) ([]time.Duration, error) {
	if _, ok := t.(libseccomp); ok {
		return t.timed(d, n)
	}
	command := exec.Command("/proc/self/exe", childFlag, t.name(), d.name, strconv.Itoa(n))
	command.Stderr = os.Stderr
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w", t.name(), d.name, err)
	}
	return readDurations(string(output))
}

// readDurations reads numbers of nanoseconds.
func readDurations(text string) ([]time.Duration, error) {
	var list []time.Duration
	for field := range strings.FieldsSeq(text) {
		ns, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return nil, err
		}
		list = append(list, time.Duration(ns))
	}
	return list, nil
}

// beChild does what inNewProcess asks for.
func beChild(w io.Writer, timers []timer, policies []*description, args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("%s is for this program's own use", childFlag)
	}
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	for _, t := range timers {
		for _, d := range policies {
			if t.name() != args[0] || d.name != args[1] {
				continue
			}
			took, err := t.timed(d, n)
			for _, one := range took {
				fmt.Fprintln(w, one.Nanoseconds())
			}
			return err
		}
	}
	return fmt.Errorf("there is no %s of %s", args[0], args[1])
}
