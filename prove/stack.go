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
		if rank(d.valueOf(older)) > rank(d.valueOf(newer)) {
			return older
		}
		return newer
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

// actions has the kernel's return value of each kind of action; its order is
// that of precedence.
var actions = [...]bpf.Return{bpf.Allow, bpf.Log, bpf.Trace, bpf.UserNotif, bpf.Errno, bpf.Trap, bpf.KillThread, bpf.KillProcess}

func returnValue(a typed.Action) uint32 { return uint32(actions[a.Kind]) | uint32(a.Data) }

// rank returns the place of a return value in the order of precedence.
func rank(value uint32) int {
	return slices.Index(actions[:], bpf.Return(value).Action())
}
