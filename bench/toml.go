package main

import (
	"fmt"
	"strings"

	"sandbox/bpf"
)

// A form is how our policy compares arguments.
type form uint8

const (
	// registers compares args[i], all 64 bits of it, as the peers do.
	registers form = iota

	// kernelTypes compares parameters by their names, and so only the bits that
	// the kernel looks at.
	kernelTypes
)

// toml returns the policy that a description becomes.
func (d *description) toml(f form) (string, error) {
	fallback, err := tomlAction(d.fallback)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "version = 1\nunknown = %q\ndefault = %q\n", fallback, fallback)
	var of bpf.Return
	for i := range d.rules {
		r := &d.rules[i]
		if i == 0 || r.action != of {
			if i > 0 {
				text.WriteString("]\n")
			}
			of = r.action
			action, err := tomlAction(of)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&text, "\n[[rule]]\naction = %q\nfilters = [\n", action)
		}
		filter, err := r.filter(f)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&text, "  %q,\n", filter)
	}
	text.WriteString("]\n")
	return text.String(), nil
}

// filter returns the rule in our filter language.
func (r *rule) filter(f form) (string, error) {
	if len(r.when) == 0 {
		return r.call, nil
	}
	parts := make([]string, len(r.when))
	for i, c := range r.when {
		switch f {
		case registers:
			parts[i] = c.text(fmt.Sprintf("args[%d]", c.arg), 64, false)
		case kernelTypes:
			call, _ := native.Numbered(r.number)
			if c.arg >= len(call.Params) {
				return "", fmt.Errorf("%s has no parameter %d", r.call, c.arg)
			}
			param := &call.Params[c.arg]
			parts[i] = c.text(param.Name, param.Type.Bits, param.Type.Signed)
		}
	}
	return r.call + ": " + strings.Join(parts, " && "), nil
}

// text writes the comparison for an operand of a type.
func (c comparison) text(operand string, bits uint8, signed bool) string {
	mask, value := c.mask, fmt.Sprintf("%#x", c.value)
	if bits == 32 {
		mask |= 0xffffffff << 32
		if signed {
			value = fmt.Sprint(int32(c.value))
		}
	}
	if mask != allBits {
		operand = fmt.Sprintf("%s & %#x", operand, mask&(allBits>>(64-bits)))
	}
	return operand + " " + operators[c.op] + " " + value
}

func tomlAction(action bpf.Return) (string, error) {
	switch action.Action() {
	case bpf.Allow:
		return "allow", nil
	case bpf.KillProcess:
		return "kill_process", nil
	case bpf.Trap:
		return fmt.Sprintf("trap(%d)", action.Data()), nil
	case bpf.Errno:
		return fmt.Sprintf("errno(%d)", action.Data()), nil
	}
	return "", fmt.Errorf("no policy of the bench has the action %v", action)
}
