//go:build amd64 || arm64

package launcher

import (
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"sandbox/prove"
)

// Exec replaces this process by the command, under the filter. It returns only
// on failure, with an *Error, and then nothing has run and no filter is in
// force, unless it is Command.First; but signal dispositions and limits may be
// the command's already, so the caller should report the error and end.
//
// Once the filter is installed there is no way back: if execve itself fails
// then, Exec writes a message to descriptor 2 and ends the process with
// StatusNotExecutable or StatusNotFound. The filter may deny that as well; a
// process that may not even exit ends by SIGILL.
//
// Nothing else in the program may use os/signal or open descriptors without
// FD_CLOEXEC during the call. Calling it on the main thread (see
// runtime.LockOSThread) is not required.
func Exec(p prove.Proved, c Command, o Options) error {
	defer holdThread(c.Inherited)()
	// Descriptors are made without FD_CLOEXEC under this lock, by convention.
	syscall.ForkLock.Lock()
	defer syscall.ForkLock.Unlock()

	o.Listen = false // nobody would be left to answer
	pl, err := newPlan(p.Program(), c, o)
	if err != nil {
		return err
	}
	// The signal is an attribute of the thread that asked for it. If this is
	// another one, execve would lose it.
	pl.deathSignal = c.Inherited.DeathSignal
	if o.DieWithParent {
		pl.deathSignal, pl.parent = int32(unix.SIGKILL), int32(o.Parent)
	}
	im := inspect(c.Path)
	if err := checkABI(p.Program(), c.Path, im); err != nil {
		return err
	}
	words := prepareLastWords(p.Program(), c.Path, im)
	r := new(report)
	pl.replace(r, words)
	return r.err(c.Path)
}

// holdThread keeps the calling goroutine on its thread if the mask of that is
// to be the program's, for want of a better one. Otherwise any thread will do:
// replace and spawn stay on theirs by themselves. (To lock one for nothing costs a
// start eight page faults: the runtime makes another thread then, from which it
// can make more.)
func holdThread(in Inherited) (release func()) {
	if in.SignalsKnown {
		return func() {}
	}
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}

// replace enters the sandbox in place. It stays on its thread: it is not
// preempted, as no signal can reach it and nothing in it asks. It returns only if that fails before
// the filter is in force. The contract of enter holds.
//
//go:nosplit
//go:norace
func (pl *plan) replace(r *report, words *lastWords) {
	all, old := ^uint64(0), uint64(0)
	r.step = stepMask
	if r.errno = setSignalMask(&all, &old); r.errno != 0 {
		return
	}
	pl.enter(r)
	if r.step == stepExecve {
		words.say(r.errno)
	}
	setSignalMask(&old, nil)
}

// err turns a failure into an error. Beyond the filter only a child's parent
// can still call it.
func (r *report) err(path string) *Error {
	cause := syscall.Errno(r.errno)
	switch {
	case r.step == stepExecve:
		return explainExecve(path, inspect(path), cause).err(cause)
	case r.step == stepLimit:
		return limitError(r.resource, cause)
	case r.step == stepSession:
		return sessionError(cause)
	case r.step == stepParent:
		return parentError()
	case r.step == stepAnswer:
		return &Error{
			Status: StatusFailed,
			Text:   "seccomp() does not answer as the kernel does: no filter can be installed here",
			Hint:   "a filter around this process, as in a container, pretends that it succeeds: that filter has to allow seccomp",
			Err:    cause,
		}
	case r.step == stepFilter && cause == syscall.ENOMEM:
		return &Error{
			Status: StatusFailed,
			Text:   "cannot install the filter: out of memory, or too many filters on top of each other",
			Hint:   "all filters of a process together may have 32768 instructions, plus 4 for each",
			Err:    cause,
		}
	case r.step == stepFilter && cause == syscall.EINVAL:
		return &Error{
			Status: StatusFailed,
			Text:   "cannot install the filter: the kernel does not accept it",
			Hint:   "Linux with CONFIG_SECCOMP_FILTER is needed, 4.14 or newer for logging",
			Err:    cause,
		}
	}
	return &Error{
		Status: StatusFailed,
		Text:   "cannot " + stepNames[r.step] + ": " + cause.Error() + " (errno " + strconv.Itoa(int(cause)) + ")",
		Hint:   deniedHint(cause),
		Err:    cause,
	}
}
