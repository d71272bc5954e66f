//go:build amd64 || arm64

package launcher

import (
	"math/bits"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"sandbox/bpf"
)

// A plan is a launch with every decision taken and every byte in the form that
// the kernel reads, so that enter can carry it out without the Go runtime.
type plan struct {
	filter []unix.SockFilter
	fprog  unix.SockFprog
	flags  uintptr // SECCOMP_FILTER_FLAG_*

	path *byte
	argv []*byte // ends with nil
	envp []*byte // ends with nil

	secret secretPlan

	ignored     uint64    // signals to set to SIG_IGN, all others to SIG_DFL
	mask        uint64    // the signal mask
	setLimit    bool      // whether to set RLIMIT_NOFILE
	limit       [2]uint64 // soft, hard
	limits      []Limit
	newSession  bool
	closeStdio  uint8 // bit n: the program does not find descriptor n
	deathSignal int32 // set as the parent death signal, unless 0
	parent      int32 // the parent then, or -1 for any
	descriptors descriptors

	watch   *watch // nil: this process is the program's parent
	listens bool
	child   int32       // in the watcher: its id
	stack   *childStack // the program's process's; nil if that is this one
	mayExit bool        // a child whose execve has failed can end by exit_group
}

// newPlan checks everything that can be checked beforehand. The mask is the
// calling thread's when no better is known: see holdThread.
func newPlan(p bpf.Program, c Command, o Options) (*plan, error) {
	if p.IsZero() {
		return nil, &Error{Status: StatusFailed, Text: "there is no proved filter to install"}
	}
	if err := checkStrings(c); err != nil {
		return nil, err
	}
	if err := checkFeatures(p, o); err != nil {
		return nil, err
	}
	pl := &plan{filter: make([]unix.SockFilter, p.Len()), newSession: o.NewSession, limits: c.Limits, parent: anyParent}
	for i := range pl.filter {
		in := p.At(i)
		pl.filter[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	pl.fprog = unix.SockFprog{Len: uint16(len(pl.filter)), Filter: &pl.filter[0]}
	if o.Log {
		pl.flags = unix.SECCOMP_FILTER_FLAG_LOG
	}
	if o.Listen {
		flags, err := listenerFlags()
		if err != nil {
			return nil, err
		}
		pl.flags |= flags
		pl.listens = true
	}
	pl.mayExit = mayExit(p)

	// checkStrings has refused the only thing that these fail for.
	pl.path, _ = syscall.BytePtrFromString(c.Path)
	pl.argv, _ = syscall.SlicePtrFromStrings(c.Args)
	pl.envp, _ = syscall.SlicePtrFromStrings(c.Env)
	if err := pl.hide(c, o); err != nil {
		return nil, err
	}

	var err error
	if pl.ignored, pl.mask, err = signalState(c.Inherited); err != nil {
		return nil, err
	}
	pl.setLimit, pl.limit = c.Inherited.LimitKnown, c.Inherited.OpenFiles
	if c.Inherited.StdioKnown {
		pl.closeStdio = c.Inherited.ClosedStdio & 7
	}
	if pl.descriptors, err = planDescriptors(c.Keep); err != nil {
		return nil, err
	}
	if err := checkExecve(p, pl); err != nil {
		return nil, err
	}
	return pl, nil
}

// anyParent is a plan's parent where it does not matter.
const anyParent = -1

// checkStrings refuses what execve cannot be given. An empty argv is refused
// too: the kernel would put an empty string there (Linux 5.18), and programs
// have been exploited by its absence before that (CVE-2021-4034).
func checkStrings(c Command) error {
	switch {
	case c.Path == "":
		return &Error{Status: StatusFailed, Text: "the command has no path"}
	case len(c.Args) == 0:
		return &Error{Status: StatusFailed, Text: "the command has no arguments, not even its own name"}
	case strings.IndexByte(c.Path, 0) >= 0:
		return &Error{Status: StatusNotFound, Text: "the command's path contains a zero byte", Err: unix.EINVAL}
	}
	for i, s := range c.Args {
		if strings.IndexByte(s, 0) >= 0 {
			return &Error{Status: StatusFailed, Text: "argument " + strconv.Itoa(i) + " contains a zero byte", Err: unix.EINVAL}
		}
	}
	for _, s := range c.Env {
		if i := strings.IndexByte(s, 0); i >= 0 {
			name, _, _ := strings.Cut(s[:i], "=")
			return &Error{Status: StatusFailed, Text: "environment variable " + strconv.Quote(name) + " contains a zero byte", Err: unix.EINVAL}
		}
	}
	return nil
}

// allSignals are the signals whose disposition can be changed.
const allSignals = ^uint64(1<<(unix.SIGKILL-1) | 1<<(unix.SIGSTOP-1))

// signalState returns the ignored signals and the mask that the program is to
// find.
func signalState(in Inherited) (ignored, mask uint64, err error) {
	if in.SignalsKnown {
		return in.Ignored & allSignals, in.Blocked, nil
	}
	for rest := allSignals; rest != 0; rest &= rest - 1 {
		n := bits.TrailingZeros64(rest) + 1
		action, err := getAction(n)
		if err != nil {
			return 0, 0, &Error{Status: StatusFailed, Text: "cannot ask what happens on signal " + strconv.Itoa(n) + ": " + err.Error(), Err: err}
		}
		if action.handler == sigIgn {
			ignored |= 1 << (n - 1)
		}
	}
	if mask, err = signalMask(); err != nil {
		return 0, 0, &Error{Status: StatusFailed, Text: "cannot ask for the signal mask: " + err.Error(), Err: err}
	}
	return ignored, mask, nil
}
