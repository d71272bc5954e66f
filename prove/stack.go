package prove

import (
	"slices"

	"sandbox/bpf"
	"sandbox/policy/typed"
)

// meetings joins what stacked filters decide.
type meetings struct {
	d    *diagrams
	memo map[[2]diagram]diagram
}

func newMeetings(d *diagrams) meetings {
	return meetings{d: d, memo: make(map[[2]diagram]diagram)}
}

// stronger returns what two stacked filters come to.
func (m meetings) stronger(older, newer diagram) diagram {
	d := m.d
	a, b := d.vertices[older], d.vertices[newer]
	if a.variable == untested && b.variable == untested {
		if precedes(d.valueOf(newer), d.valueOf(older)) {
			return newer
		}
		return older
	}
	key := [2]diagram{older, newer}
	if f, ok := m.memo[key]; ok {
		return f
	}
	top := min(a.variable, b.variable)
	al, ah := d.split(older, top)
	bl, bh := d.split(newer, top)
	f := d.vertex(top, m.stronger(al, bl), m.stronger(ah, bh))
	m.memo[key] = f
	return f
}

// precedes reports whether of two stacked filters' return values the kernel takes
// the newer one's: the lower action, as a signed number, whether it knows it or
// not (seccomp_run_filters, kernel/seccomp.c).
func precedes(newer, older uint32) bool { return int32(newer)>>16 <= int32(older)>>16 }

// effective returns f with the values that programs return replaced by those
// that stand for them.
func (d *diagrams) effective(f diagram) diagram {
	return d.replace(f, make(map[diagram]diagram), untested, func(g diagram) diagram {
		return d.outcome(uint32(bpf.Return(d.valueOf(g)).Effective()))
	})
}

// actions has the kernel's return value of each kind of action; its order is
// that of precedence.
var actions = [...]bpf.Return{bpf.Allow, bpf.Log, bpf.Trace, bpf.UserNotif, bpf.Errno, bpf.Trap, bpf.KillThread, bpf.KillProcess}

func returnValue(a typed.Action) uint32 { return uint32(actions[a.Kind]) | uint32(a.Data) }

// rank returns the place of a return value in the order of precedence.
func rank(value uint32) int {
	return slices.Index(actions[:], bpf.Return(value).Action())
}
