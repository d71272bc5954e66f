// Package survey finds out what the place that this process runs in lets a
// sandbox do: by asking the kernel in child processes, so that neither a denial
// nor an action of a filter around this process can do harm, and by reading
// what the system says of itself.
package survey

// A State is what was found of one thing.
type State uint8

// The states.
const (
	OK      State = iota
	Limited       // there with a restriction, or a thing to know of
	Missing       // not to be had here
	Unknown       // could not be found out
)

// String returns "ok", "limited", "missing" or "unknown".
func (s State) String() string {
	switch s {
	case OK:
		return "ok"
	case Limited:
		return "limited"
	case Missing:
		return "missing"
	}
	return "unknown"
}

// A Finding is what was found of one thing. The texts are lines without a full
// stop; what they cite from outside can hold any byte.
type Finding struct {
	Area   string // "filters", "reports", "process tree", "entries", "surroundings", "deputies"
	Name   string
	State  State
	Since  string // the first release of Linux that has it, as "5.19"; "" where that is no question
	Needed bool   // without it no program can be started under a policy
	Found  string // what was found, or why it is missing
	Effect string // what follows; "" if nothing does
	Remedy string // what to do about it; "" if there is nothing
}

// A Report is all that was found.
type Report struct {
	Release  string // of the running kernel, as uname has it; "" if that is not known
	Findings []Finding
}

// Enforces says whether a program can be started under a policy here: OK,
// Missing if something is that is needed for it, or Unknown if that could not
// be found out.
func (r *Report) Enforces() State {
	worst := OK
	for _, f := range r.Findings {
		switch {
		case !f.Needed:
		case f.State == Missing:
			return Missing
		case f.State == Unknown:
			worst = Unknown
		}
	}
	return worst
}
