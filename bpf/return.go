package bpf

import "strconv"

// A Return is what a seccomp program returns: the action in the high 16 bits
// and its data in the low 16 (linux/seccomp.h, SECCOMP_RET_*).
type Return uint32

// The actions, from the most to the least restrictive. Among the results of
// stacked filters the kernel takes the first of this order.
const (
	KillProcess Return = 0x80000000
	KillThread  Return = 0x00000000
	Trap        Return = 0x00030000 // SIGSYS, with the data in si_errno
	Errno       Return = 0x00050000 // fails with the data as errno, at most MaxErrno
	UserNotif   Return = 0x7fc00000
	Trace       Return = 0x7ff00000 // the data is the ptrace event's message
	Log         Return = 0x7ffc0000
	Allow       Return = 0x7fff0000
)

// Parts of a Return (SECCOMP_RET_ACTION_FULL, SECCOMP_RET_DATA).
const (
	actionMask Return = 0xffff0000
	dataMask   Return = 0x0000ffff
)

// MaxErrno is the largest errno that a filter can make a call fail with; the
// kernel takes any larger data of [Errno] for it.
const MaxErrno = 4095

// With returns r with its data replaced: Errno.With(1) fails with EPERM.
func (r Return) With(data uint16) Return { return r&actionMask | Return(data) }

// Action returns the action without data. The kernel kills the process for
// values that it does not know, so those give [KillProcess].
func (r Return) Action() Return {
	switch a := r & actionMask; a {
	case KillProcess, KillThread, Trap, Errno, UserNotif, Trace, Log, Allow:
		return a
	default:
		return KillProcess
	}
}

// Data returns the data as the program gave it.
func (r Return) Data() uint16 { return uint16(r & dataMask) }

// Effective returns the one value that stands for all with the same effect on
// the calling task: unknown actions are KillProcess, the errno is capped, and
// data that the kernel shows to nobody is dropped.
func (r Return) Effective() Return {
	switch a := r.Action(); a {
	case Trap, Trace:
		return r
	case Errno:
		return Errno.With(min(r.Data(), MaxErrno))
	default:
		return a
	}
}

// String returns the effect as policies write it: "allow", "errno(1)",
// "trap(3)".
func (r Return) String() string {
	data := "(" + strconv.Itoa(int(r.Effective().Data())) + ")"
	switch r.Action() {
	case KillThread:
		return "kill_thread"
	case Trap:
		return "trap" + data
	case Errno:
		return "errno" + data
	case UserNotif:
		return "notify"
	case Trace:
		return "trace" + data
	case Log:
		return "log"
	case Allow:
		return "allow"
	default:
		return "kill_process"
	}
}
