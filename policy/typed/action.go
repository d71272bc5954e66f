package typed

import "fmt"

// ActionKind is one of the things that a filter can do with a call.
type ActionKind uint8

// The kinds, from the least to the most restrictive: the kernel's precedence
// among stacked filters (Documentation/userspace-api/seccomp_filter.rst).
const (
	Allow ActionKind = iota
	Log
	Trace
	Notify
	Errno
	Trap
	KillThread
	KillProcess
)

var actionNames = [...]string{"allow", "log", "trace", "notify", "errno", "trap", "kill_thread", "kill_process"}

// String returns the kind's name in policies.
func (k ActionKind) String() string { return actionNames[k] }

// An Action is what happens to a call. Data is the 16 bits that SECCOMP_RET_DATA
// carries: the errno (1 to 4095), or the number that trap and trace pass on;
// otherwise 0.
type Action struct {
	Kind ActionKind
	Data uint16
}

// String returns the action with its data in decimal: "errno(1)".
func (a Action) String() string {
	switch a.Kind {
	case Errno, Trap, Trace:
		return fmt.Sprintf("%s(%d)", a.Kind, a.Data)
	}
	return a.Kind.String()
}

// Stronger returns the action that the kernel takes when an older filter
// returns a and a newer one returns b.
func Stronger(a, b Action) Action {
	if a.Kind > b.Kind {
		return a
	}
	return b
}
