package survey

import (
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// A feature is something that kernels have from some release on, and that one
// call of a script tells to be there.
type feature struct {
	area, name, since string
	needed            bool
	present           []syscall.Errno // what the call gives beside success if it is there
	absent            []syscall.Errno // and if it is not; ENOSYS always says so
	found             string          // what to say if it is there
	effect            string          // what follows if it is not
}

// judge says what call i of an outcome tells about a feature.
func (p *place) judge(f feature, o outcome, i int) Finding {
	r := Finding{Area: f.area, Name: f.name, Since: f.since, Needed: f.needed, Found: f.found}
	switch {
	case !o.made(i):
		r.State, r.Found, r.Remedy = o.untried(i)
	case o.results[i].errno == 0 || slices.Contains(f.present, o.results[i].errno):
		return r
	case o.results[i].errno == unix.ENOSYS || slices.Contains(f.absent, o.results[i].errno):
		r.State = Missing
		if p.has(f.since) {
			r.Found = "the kernel is new enough (Linux " + f.since + "), but answers " + name(o.results[i].errno)
			r.Remedy = "a filter around this process hides it, or the kernel was built without it"
		} else {
			r.Found = "this kernel lacks it: " + name(o.results[i].errno)
			r.Remedy = "Linux " + f.since + " or newer is needed"
		}
	case o.results[i].errno == unix.EPERM || o.results[i].errno == unix.EACCES:
		r.State, r.Found = Missing, "denied here: "+name(o.results[i].errno)
		r.Remedy = "a filter or a security module around this process denies it: that one has to allow it"
	default:
		r.State, r.Found = Unknown, "an answer that says nothing about it: "+name(o.results[i].errno)
	}
	r.Effect = f.effect
	return r
}

// untried says why call i did not come back.
func (o *outcome) untried(i int) (state State, found, remedy string) {
	switch {
	case o.err != nil:
		return Unknown, "it could not be tried: " + o.err.Error(), "a filter or a limit around this process keeps it from creating processes"
	case i > len(o.results):
		return Unknown, "it could not be tried: a call before it was the end of the process", ""
	case o.signal == unix.SIGSYS:
		return Missing, "a filter around this process kills for it", "that filter has to allow it"
	case o.signal != 0:
		return Missing, "whoever asks for it is ended by " + unix.SignalName(o.signal), ""
	}
	return Unknown, "it could not be tried: the process that did so ended", ""
}

// name returns the name of an errno, as EPERM, and what it means.
func name(errno syscall.Errno) string {
	if symbol := unix.ErrnoName(errno); symbol != "" {
		return symbol + " (" + errno.Error() + ")"
	}
	return errno.Error()
}
