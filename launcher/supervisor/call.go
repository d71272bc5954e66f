// Package supervisor answers the calls that a filter hands to user space
// (SECCOMP_RET_USER_NOTIF), one at a time, and tells who made them and what
// they meant.
//
//	listener, err := supervisor.Listen(fd, proc)
//	err = listener.Serve(supervisor.HandlerFunc(func(c *supervisor.Call) supervisor.Answer {
//		return supervisor.Errno(policy.Decide(&c.Call).Action.Data)
//	}))
//
// The core (Listen, Serve) judges nothing and reads nothing but the registers
// of the call, as the kernel gives them: it never lets a call go on unless the
// handler says so, and every fault ends in an error for the caller.
package supervisor

import "sandbox/policy/typed"

// A Call is a system call that waits for an answer. Its caller can do nothing
// until then, but other threads of its process can, and they can write to its
// memory: only the registers stay what they are.
type Call struct {
	// ID names the call to the kernel for as long as it waits. No two calls of
	// one listener have the same.
	ID uint64
	// Thread is the id of the calling thread in this process's pid namespace,
	// or 0 if the caller is not visible there, as one in a namespace beside it.
	Thread int
	// Call is what the filter saw.
	typed.Call
}

// A Handler answers calls.
//
// Answer is called from the goroutine that serves, for one call after the
// other: all others wait meanwhile. The call is valid until Answer returns; who
// keeps it copies it.
//
// A signal can take a caller out of its call before the answer reaches it, and
// have it make the call again. So Answer may be asked about one call several
// times, and what it does besides answering must bear that. Where the filter
// was installed with SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (Linux 5.19) that
// cannot happen once Answer has been called, short of the caller's death (but
// for a race before Linux 6.18, in which a call is made again after its answer).
//
// Before Answer is called, a signal takes the caller out of its call in any
// case. If the signal's handler was set up with SA_RESTART, the call is then
// made again and answered; if not, it fails with EINTR, as other calls do that
// wait. A program may meet that error from calls that never wait otherwise.
type Handler interface {
	Answer(c *Call) Answer
}

// HandlerFunc is a function that is a Handler.
type HandlerFunc func(c *Call) Answer

// Answer calls f.
func (f HandlerFunc) Answer(c *Call) Answer { return f(c) }

// An Answer is what becomes of a call. The zero Answer is Errno(ENOSYS), which
// is what the kernel says when nobody answers.
type Answer struct {
	errno     uint16
	continues bool
}

// Errno answers that the call fails with an error number of the native ABI, 1
// to 4095. No answer can be success: of any other number ENOSYS is made.
func Errno(number uint16) Answer { return Answer{errno: number} }

// Continue answers that the kernel carries the call out, with the registers
// that the handler saw (Linux 5.5). Memory that they point to may be another by
// then: what the handler read there must not have been a reason for it.
func Continue() Answer { return Answer{continues: true} }

// Errno returns the number with which the call fails. It is not ok of Continue.
func (a Answer) Errno() (number uint16, ok bool) {
	const (
		enosys  = 38   // on amd64 and arm64, where there are listeners
		maximum = 4095 // MAX_ERRNO, linux/err.h
	)
	switch {
	case a.continues:
		return 0, false
	case a.errno == 0 || a.errno > maximum:
		return enosys, true
	}
	return a.errno, true
}

// A PanicError is why Serve ended when the handler panicked. The call had no
// answer and failed with ENOSYS, as all calls do from then on.
type PanicError struct {
	Call  Call
	Value any    // of the panic
	Stack []byte // as runtime/debug prints it
}

// Error names the value.
func (e *PanicError) Error() string {
	return "the handler of notifications panicked: " + valueText(e.Value)
}

// valueText returns what kind of panic it was; values of other types stay out
// of the message.
func valueText(value any) string {
	switch v := value.(type) {
	case error:
		return v.Error()
	case string:
		return v
	}
	return "with a value that is neither an error nor text"
}
