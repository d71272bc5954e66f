package policy

import (
	"iter"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// An action is an action as a policy writes it: an errno by name has a number
// only on an ABI.
type action struct {
	kind  typed.ActionKind
	data  uint16
	errno string // the name in errno(NAME), or ""
	at    diag.Span
}

// same reports whether two actions mean the same, wherever they stand.
func (a action) same(b action) bool {
	return a.kind == b.kind && a.data == b.data && a.errno == b.errno
}

// passes reports whether a call runs under the action.
func (a action) passes() bool { return a.kind == typed.Allow || a.kind == typed.Log }

// The numbers that go into the 16 bits of SECCOMP_RET_DATA. The kernel caps
// errno values at MAX_ERRNO (kernel/seccomp.c).
const (
	maxErrno = 4095
	maxData  = 0xffff
)

// denied is the action "deny".
var denied = action{kind: typed.Errno, errno: "EPERM"}

// parseAction reads the text of an action.
func parseAction(text diag.Text, list *diag.List) (action, bool) {
	parsed, problems := filter.ParseAction(text)
	*list = append(*list, problems...)
	if parsed == nil {
		return action{}, false
	}
	return readAction(parsed, list)
}

// readAction takes a parsed action, whose name the parser has checked.
func readAction(parsed *filter.Action, list *diag.List) (action, bool) {
	a := action{at: parsed.At}
	switch parsed.Name {
	case "allow":
		a.kind = typed.Allow
	case "log":
		a.kind = typed.Log
	case "deny":
		a.kind, a.errno = denied.kind, denied.errno
	case "kill_process":
		a.kind = typed.KillProcess
	case "kill_thread":
		a.kind = typed.KillThread
	case "notify":
		a.kind = typed.Notify
	case "errno":
		a.kind = typed.Errno
		return a, a.readErrno(parsed.Arg, list)
	case "trap":
		a.kind = typed.Trap
		return a, a.readNumber(parsed, list)
	case "trace":
		a.kind = typed.Trace
		return a, a.readNumber(parsed, list)
	default:
		list.Reportf(diag.UnknownAction, parsed.NameAt, "unknown action %q", parsed.Name)
		return a, false
	}
	return a, true
}

// readErrno reads what stands in errno(…).
func (a *action) readErrno(arg filter.Expr, list *diag.List) bool {
	if name, ok := arg.(*filter.Name); ok {
		a.errno = name.Text
		a.at = name.At
		return true
	}
	number, ok := numberUpTo(arg, maxErrno)
	switch {
	case !ok:
		list.Reportf(diag.ActionNumber, arg.Span(), "errno takes a name such as EPERM, or a number from 1 to %d", maxErrno)
		return false
	case number == 0:
		list.Reportf(diag.ErrnoZero, arg.Span(), "errno(0) would tell the program that a call succeeded which never ran").
			Hintf("allow the call, or give an errno that says why it failed")
		return false
	}
	a.data = number
	return true
}

// readNumber reads what stands in trap(…) and trace(…).
func (a *action) readNumber(parsed *filter.Action, list *diag.List) bool {
	number, ok := numberUpTo(parsed.Arg, maxData)
	if !ok {
		list.Reportf(diag.ActionNumber, parsed.Arg.Span(), "%s takes a number from 0 to %d", parsed.Name, maxData)
	}
	a.data = number
	return ok
}

// numberUpTo returns the value of an integer literal.
func numberUpTo(x filter.Expr, limit uint64) (uint16, bool) {
	literal, ok := x.(*filter.Number)
	if !ok {
		return 0, false
	}
	value := literal.Value()
	if value == nil || !value.IsUint64() || value.Uint64() > limit {
		return 0, false
	}
	return uint16(value.Uint64()), true
}

// on returns the action as it is on an ABI.
func (a action) on(abi arch.ABI, list *diag.List) typed.Action {
	if a.errno == "" {
		return typed.Action{Kind: a.kind, Data: a.data}
	}
	number, ok := abi.Errno(a.errno)
	if !ok {
		d := list.Reportf(diag.UnknownErrno, a.at, "%s is no errno", a.errno)
		if near, ok := diag.Nearest(a.errno, errnoNames(abi)); ok {
			d.Hintf("did you mean %s?", near)
		} else {
			d.Hintf("errnos are EPERM, EACCES, ENOENT, ENOSYS and so on, as errno(3) lists them; other constants are for filters")
		}
	}
	return typed.Action{Kind: a.kind, Data: number}
}

// errnoNames ranges over the errno names of an ABI.
func errnoNames(abi arch.ABI) iter.Seq[string] {
	return func(yield func(string) bool) {
		for n := uint16(1); n <= maxErrno; n++ {
			if name, ok := abi.ErrnoName(n); ok && !yield(name) {
				return
			}
		}
	}
}
