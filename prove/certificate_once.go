package prove

import (
	"fmt"
	"strconv"
	"strings"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/policy/typed"
)

// WithOnce returns the certificate of a program that leaves once() to a second
// filter: the certified policy has it true of every execve, and the second
// filter gives any execve but one an action, which must refuse.
func (c Certificate) WithOnce(otherwise typed.Action) (Certificate, error) {
	switch otherwise.Kind {
	case typed.Errno, typed.Trap, typed.KillThread, typed.KillProcess:
		c.asksOnce, c.otherwise = true, otherwise
		return c, nil
	}
	return Certificate{}, fmt.Errorf("%v refuses no execve", otherwise)
}

// Once returns what the second filter gives every execve but one, of a program
// that needs one.
func (c *Certificate) Once() (otherwise typed.Action, ok bool) { return c.otherwise, c.asksOnce }

// ProvedButOnce returns the program for use on a machine beside the filter that
// it needs: see [Certificate.Once]. Alone it would let every execve pass.
func (c *Certificate) ProvedButOnce(machine arch.ABI) (Proved, error) {
	alone := *c
	alone.asksOnce = false
	return alone.Proved(machine)
}

const onceKey = "once"

func (c *Certificate) appendOnce(dst []byte) []byte {
	if !c.asksOnce {
		return dst
	}
	return append(append(dst, "\n"+onceKey+": "...), c.otherwise.String()...)
}

// once reads the line about the second filter, if there is one.
func (h *header) once(c *Certificate) {
	if !strings.HasPrefix(h.rest, onceKey+": ") {
		return
	}
	name, data, valued := strings.Cut(strings.TrimSuffix(h.value(onceKey), ")"), "(")
	for kind := typed.Errno; kind <= typed.KillProcess; kind++ {
		if kind.String() != name {
			continue
		}
		a := typed.Action{Kind: kind}
		if valued {
			n, err := strconv.ParseUint(data, 10, 16)
			if err != nil || kind == typed.Errno && (n == 0 || n > bpf.MaxErrno) {
				break
			}
			a.Data = uint16(n)
		}
		c.asksOnce, c.otherwise = true, a
		return
	}
	h.fail()
}
