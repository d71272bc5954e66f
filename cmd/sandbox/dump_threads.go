package main

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"sandbox/internal/installed"
)

// A stack is the filters that some threads of a process have in common, the
// oldest first.
type stack struct {
	threads []int
	filters []installed.Filter
	reason  error // why there are none: installed.ErrUnfiltered or ErrStrict
}

// readStacks reads the filters of a process, those of its main thread first, or
// only those of one thread.
func readStacks(id int, one bool) ([]stack, error) {
	first, err := readStack(id)
	if err != nil {
		return nil, notRead(id, one, err)
	}
	stacks := []stack{first}
	if one {
		return stacks, nil
	}
	others, err := threadsOf(id)
	if err != nil {
		return nil, err
	}
	for _, tid := range others {
		next, err := readStack(tid)
		if errors.Is(err, syscall.ESRCH) {
			continue // it has ended meanwhile
		}
		if err != nil {
			return nil, notRead(tid, true, err)
		}
		if i := slices.IndexFunc(stacks, next.same); i >= 0 {
			stacks[i].threads = append(stacks[i].threads, tid)
		} else {
			stacks = append(stacks, next)
		}
	}
	return stacks, nil
}

// readStack reads the filters of one thread.
func readStack(tid int) (stack, error) {
	filters, err := installed.Read(tid)
	if errors.Is(err, installed.ErrUnfiltered) || errors.Is(err, installed.ErrStrict) {
		return stack{threads: []int{tid}, reason: err}, nil
	}
	return stack{threads: []int{tid}, filters: filters}, err
}

// same reports whether two stacks hold the same programs.
func (s *stack) same(other stack) bool {
	if s.reason != other.reason {
		return false
	}
	return slices.EqualFunc(s.filters, other.filters, func(a, b installed.Filter) bool {
		return a.Log == b.Log && slices.Equal(a.Code, b.Code)
	})
}

// threadsOf returns the threads of a process but the first. Without /proc
// nobody tells.
func threadsOf(pid int) ([]int, error) {
	entries, err := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/task")
	if err != nil {
		return nil, fail("cannot list the threads of process %d: %v", pid, reason(err)).
			hinted("--tid looks at one thread only, and needs no list; /proc has to be mounted for more")
	}
	var tids []int
	for _, entry := range entries {
		if tid, err := strconv.Atoi(entry.Name()); err == nil && tid != pid {
			tids = append(tids, tid)
		}
	}
	return tids, nil
}

// none says that there is nothing to show.
func (s *stack) none(id int, one, othersDiffer bool) error {
	what := "has no seccomp filter"
	if s.reason == installed.ErrStrict {
		what = "is in seccomp's strict mode, which has no filter"
	}
	if one {
		return fail("%s %s", named(id, true), what)
	}
	if othersDiffer {
		return fail("the main thread of process %d %s, but other threads have filters", id, what).
			hinted("show them: sandbox dump --threads %d", id)
	}
	return fail("%s %s", named(id, false), what)
}

// notRead says why the filters of a thread cannot be read.
func notRead(id int, thread bool, err error) error {
	f := fail("%s: %v", named(id, thread), err)
	switch {
	case errors.Is(err, syscall.ESRCH):
		return fail("there is no %s", named(id, thread))
	case underFilter():
		return f.hinted("sandbox runs under a filter itself: do it from outside of that sandbox or container")
	case errors.Is(err, installed.ErrUntraceable) && id == os.Getpid():
		return f.hinted("a process cannot look at itself: name another one")
	case errors.Is(err, installed.ErrUntraceable):
		if tracer := statusField(id, "TracerPid"); tracer != "" && tracer != "0" {
			return f.hinted("process %s traces it already, and a thread has one tracer: end that first", tracer)
		}
		if os.Geteuid() != 0 {
			return f.hinted("only root can: sudo sandbox dump %d", id)
		}
		return f.hinted("it takes CAP_SYS_PTRACE and CAP_SYS_ADMIN of the initial user namespace, which containers rarely have, and a kernel.yama.ptrace_scope below 3")
	case errors.Is(err, installed.ErrUnclear):
		return f.hinted("mount /proc: it tells which")
	case errors.Is(err, installed.ErrNotTold):
		return f.hinted("do it as root, outside of containers: sudo sandbox dump %d", id)
	}
	return f
}

// underFilter reports whether this process has a filter, as far as /proc tells.
func underFilter() bool {
	mode := statusField(os.Getpid(), "Seccomp")
	return mode != "" && mode != "0"
}

// statusField returns a value of /proc/PID/status, or "" if it cannot be read.
func statusField(pid int, name string) string {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
