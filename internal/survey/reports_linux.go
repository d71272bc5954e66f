package survey

import (
	"syscall"

	"golang.org/x/sys/unix"
)

const reportsArea = "reports"

// What a listener is asked with, as far as it is said here
// (include/uapi/linux/seccomp.h); the rest is 0.
type (
	notifyResponse struct { // struct seccomp_notif_resp
		_     uint64 // id
		_     int64  // val
		_     int32  // error
		flags uint32
	}
	notifyAddFD struct { // struct seccomp_notif_addfd
		_      uint64 // id
		flags  uint32
		source uint32 // srcfd
		_      uint32 // newfd
		_      uint32 // newfd_flags
	}
)

// notification has room for all that a listener tells (struct seccomp_notif),
// and needs no answer.
type notification [80]byte

// listenerRequests are what no supervisor can do without. Of a descriptor that
// is none, the kernel says so before it looks at anything else.
var listenerRequests = [...]struct {
	name   string
	number uintptr
}{
	{"SECCOMP_IOCTL_NOTIF_RECV", unix.SECCOMP_IOCTL_NOTIF_RECV},
	{"SECCOMP_IOCTL_NOTIF_SEND", unix.SECCOMP_IOCTL_NOTIF_SEND},
	{"SECCOMP_IOCTL_NOTIF_ID_VALID", 0x40082102}, // with its direction of Linux 5.9
}

// The calls of examineReports.
const (
	askListener = iota
	askKillable
	setNoNewPrivs
	installListener
	sendContinue
	addFD
	addFDSend
	setSyncWakeUp
	receiveFromNone
	answerToNone
	askNone
)

// examineReports asks for what a supervisor needs that reports denials as they
// happen. A child installs a filter with a listener that notifies of nothing;
// what the listener is asked is about a notification that does not exist, so
// that all that can be told is whether the question is understood.
func (p *place) examineReports() {
	const (
		none      = ^uint32(0) // no descriptor
		noReports = "denials cannot be reported as they happen"
	)
	var s script
	s.call(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER, 0)
	s.call(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER|unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, 0)
	s.install(unix.SECCOMP_FILTER_FLAG_NEW_LISTENER, allowing(1))
	s.calls[installListener].keep = true
	ask := func(request, argument uintptr) { s.call(unix.SYS_IOCTL, 0, request, argument).onKept = true }
	ask(unix.SECCOMP_IOCTL_NOTIF_SEND, held(&s, []notifyResponse{{flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}}))
	ask(unix.SECCOMP_IOCTL_NOTIF_ADDFD, held(&s, []notifyAddFD{{source: none}}))
	ask(unix.SECCOMP_IOCTL_NOTIF_ADDFD, held(&s, []notifyAddFD{{source: none, flags: unix.SECCOMP_ADDFD_FLAG_SEND}}))
	ask(unix.SECCOMP_IOCTL_NOTIF_SET_FLAGS, unix.SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)
	for _, request := range listenerRequests {
		s.call(unix.SYS_IOCTL, uintptr(none), request.number, held(&s, []notification{{}}))
	}
	o := p.attempt(&s)

	p.add(p.judge(feature{
		area: reportsArea, name: "listeners", since: "5.0",
		present: []syscall.Errno{unix.EFAULT}, absent: []syscall.Errno{unix.EINVAL},
		found: "the kernel has them", effect: noReports,
	}, o, askListener))
	listener := p.judge(feature{
		area: reportsArea, name: "a listener here", since: "5.0",
		absent: []syscall.Errno{unix.EINVAL},
		found:  "one was installed in a child", effect: noReports,
	}, o, installListener)
	if o.made(installListener) && o.results[installListener].errno == unix.EBUSY {
		listener.State, listener.Found = Missing, "a filter around this process has a listener already, and there can be one: EBUSY"
		listener.Remedy = "start sandbox outside of that supervisor, or do without reports"
	}
	if listener.State == OK {
		listener = unasked(listener, noReports, o)
	}
	p.add(listener)
	for _, f := range []struct {
		feature
		call int
	}{
		{feature{
			name: "letting calls continue", since: "5.5",
			present: []syscall.Errno{unix.ENOENT}, absent: []syscall.Errno{unix.EINVAL},
			found: "the listener takes SECCOMP_USER_NOTIF_FLAG_CONTINUE", effect: "denials cannot be reported without being enforced (audit)",
		}, sendContinue},
		{feature{
			name: "giving descriptors", since: "5.9",
			present: []syscall.Errno{unix.EBADF, unix.ENOENT}, absent: []syscall.Errno{unix.EINVAL, unix.ENOTTY},
			found: "the listener takes SECCOMP_IOCTL_NOTIF_ADDFD", effect: "a supervisor cannot open files for the program",
		}, addFD},
		{feature{
			name: "giving descriptors as answers", since: "5.14",
			present: []syscall.Errno{unix.EBADF, unix.ENOENT}, absent: []syscall.Errno{unix.EINVAL, unix.ENOTTY},
			found: "the listener takes SECCOMP_ADDFD_FLAG_SEND", effect: "a descriptor that is given can be left over when a signal comes",
		}, addFDSend},
		{feature{
			name: "notifications that signals do not interrupt", since: "5.19",
			present: []syscall.Errno{unix.EFAULT}, absent: []syscall.Errno{unix.EINVAL},
			found: "the kernel has SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", effect: "a signal makes a denied call start again, and be reported again: often in Go programs",
		}, askKillable},
		{feature{
			name: "waking on the same processor", since: "6.6",
			absent: []syscall.Errno{unix.EINVAL, unix.ENOTTY},
			found:  "the listener takes SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP", effect: "a report costs some microseconds more",
		}, setSyncWakeUp},
	} {
		f.area = reportsArea
		r := p.judge(f.feature, o, f.call)
		if f.call > installListener && o.made(installListener) && o.results[installListener].errno != 0 {
			r.State, r.Found, r.Remedy = Unknown, "it could not be tried without a listener", ""
			r.Effect = ""
		}
		p.add(r)
	}
}

// unasked returns what was found of a listener that can be had, if a filter
// around this process keeps it from being asked.
func unasked(listener Finding, effect string, o outcome) Finding {
	for i, request := range listenerRequests {
		call := receiveFromNone + i
		if !o.made(call) || o.results[call].errno == unix.EBADF {
			continue
		}
		does := "fakes " + request.name
		if errno := o.results[call].errno; errno != 0 {
			does = "denies " + request.name + ": " + name(errno)
		}
		listener.State, listener.Effect = Missing, effect
		listener.Found = "one was installed in a child, but a filter around this process " + does
		listener.Remedy = "that filter has to allow it"
		break
	}
	return listener
}
