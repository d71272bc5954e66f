package main

import (
	"fmt"
	"strconv"
	"strings"

	"sandbox/bpf"
)

// readDescription reads a description from its text: lines
//
//	default ACTION
//	ACTION                     the action of the rules that follow
//	  NAME                     a rule about a system call
//	  NAME: COMPARISON {&& COMPARISON}
//
// with comparisons as in our filter language, of args[N] or args[N] & M with a
// number. What follows # is not read.
func readDescription(name, text string) (*description, error) {
	d := &description{name: name}
	var action bpf.Return
	line := 0
	for written := range strings.Lines(text) {
		line++
		written, _, _ = strings.Cut(written, "#")
		trimmed := strings.TrimSpace(written)
		var err error
		switch {
		case trimmed == "":
		case strings.HasPrefix(written, " "):
			err = d.addRules(action, trimmed)
		default:
			if of, ok := strings.CutPrefix(trimmed, "default "); ok {
				d.fallback, err = readAction(of)
			} else {
				action, err = readAction(trimmed)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
	}
	return d, nil
}

// addRules adds the rules of a line: one for each of its names, or one with
// comparisons.
func (d *description) addRules(action bpf.Return, text string) error {
	names, conditions, compares := strings.Cut(text, ":")
	var when []comparison
	if compares {
		for part := range strings.SplitSeq(conditions, "&&") {
			c, err := readComparison(strings.TrimSpace(part))
			if err != nil {
				return err
			}
			when = append(when, c)
		}
	}
	for name := range strings.SplitSeq(names, ",") {
		name = strings.TrimSpace(name)
		call, ok := native.Syscall(name)
		if !ok {
			return fmt.Errorf("%v has no system call %q", native, name)
		}
		d.rules = append(d.rules, rule{action, name, call.Number, when})
	}
	return nil
}

func readComparison(text string) (comparison, error) {
	c := comparison{mask: allBits}
	fields := strings.Fields(text)
	bad := fmt.Errorf("%q is no comparison such as args[1] & 0x3 == 0x1", text)
	if len(fields) == 5 && fields[1] == "&" && fields[3] == operators[equal] {
		mask, err := strconv.ParseUint(fields[2], 0, 64)
		if err != nil {
			return c, bad
		}
		c.mask = mask
		fields = []string{fields[0], fields[3], fields[4]}
	}
	if len(fields) != 3 {
		return c, bad
	}
	arg, found := strings.CutPrefix(fields[0], "args[")
	index, err := strconv.ParseUint(strings.TrimSuffix(arg, "]"), 10, 8)
	if !found || err != nil || index > 5 {
		return c, bad
	}
	c.arg = int(index)
	if c.value, err = strconv.ParseUint(fields[2], 0, 64); err != nil {
		return c, bad
	}
	for op, spelt := range operators {
		if fields[1] == spelt {
			c.op = operator(op)
			return c, nil
		}
	}
	return c, bad
}

func readAction(text string) (bpf.Return, error) {
	switch text {
	case "allow":
		return bpf.Allow, nil
	case "kill_process":
		return bpf.KillProcess, nil
	case "trap":
		return bpf.Trap, nil
	}
	number, found := strings.CutPrefix(text, "errno(")
	n, err := strconv.ParseUint(strings.TrimSuffix(number, ")"), 10, 12)
	if !found || err != nil {
		return 0, fmt.Errorf("%q is no action", text)
	}
	return bpf.Errno.With(uint16(n)), nil
}
