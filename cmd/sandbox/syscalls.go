package main

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sandbox/arch"
	"sandbox/internal/diag"
)

func syscallsVerb() *verb {
	return &verb{
		name:     "syscalls",
		operands: "[NAME | NUMBER | @GROUP]",
		brief:    "look up system calls: numbers, parameters, first kernel, groups",
		about: `With a name: the call on every ABI that has it, and its parameters as filters
name them, each with the kernel's type and the bits of it that filters compare.
With a number or @group: on the ABI given by --abi, or on this machine's. With
nothing: the whole table of that ABI.`,
		examples: []example{
			{"what is known of one call", "sandbox syscalls openat"},
			{"which call has a number on another machine", "sandbox syscalls --abi aarch64 56"},
			{"what a group selects", "sandbox syscalls @mount"},
			{"the groups there are", "sandbox syscalls --groups"},
		},
		operand: syscallOperand,
		prepare: prepareSyscalls,
	}
}

func prepareSyscalls(options *flag.FlagSet) action {
	abiName := options.String("abi", "", "look only at this `ABI`")
	groups := options.Bool("groups", false, "list the groups")
	asJSON := options.Bool("json", false, "answer in JSON, one object a line")
	return func(u *ui, operands []string) error {
		abi, err := optionalABI(*abiName)
		if err != nil {
			return err
		}
		query := syscallQuery{ui: u, abi: abi, asJSON: *asJSON}
		switch {
		case *groups && len(operands) > 0:
			return surplus("syscalls --groups", operands[0])
		case *groups:
			return query.groups()
		case len(operands) == 0:
			return query.table(func(*arch.Syscall) bool { return true })
		case len(operands) > 1:
			return surplus("syscalls", operands[1])
		}
		return query.lookUp(operands[0])
	}
}

// A syscallQuery answers one question about the tables.
type syscallQuery struct {
	*ui
	abi    arch.ABI // zero: none was named
	asJSON bool
}

// oneABI returns the ABI that was named, or this machine's.
func (q *syscallQuery) oneABI() (arch.ABI, error) {
	if q.abi != 0 {
		return q.abi, nil
	}
	return nativeABI()
}

// lookUp answers for a name, a number or a group.
func (q *syscallQuery) lookUp(word string) error {
	if name, ok := strings.CutPrefix(word, "@"); ok {
		group, ok := arch.LookupGroup(name)
		if !ok {
			f := fail("there is no group %q", word)
			if near, ok := diag.Nearest(name, arch.GroupNames()); ok {
				f.hinted("did you mean @%s?", near)
			}
			return f.hinted("'sandbox syscalls --groups' lists them")
		}
		return q.table(func(s *arch.Syscall) bool { return s.In(group) })
	}
	if digits := strings.TrimPrefix(word, "#"); digits != "" && digits[0] >= '0' && digits[0] <= '9' {
		return q.number(digits)
	}
	return q.named(word)
}

// number answers which call has a number.
func (q *syscallQuery) number(digits string) error {
	nr, err := strconv.ParseUint(digits, 0, 32)
	if err != nil {
		return misuse("syscalls: %q is no number of a system call (0 to 0xffffffff)", digits)
	}
	abi, err := q.oneABI()
	if err != nil {
		return err
	}
	s, ok := abi.Numbered(uint32(nr))
	if !ok {
		return fail("%s has no system call %d as of Linux %s", abi, nr, arch.Latest())
	}
	return q.describe(s.Name, []placed{{abi, s}})
}

// named answers on which ABIs a call is, and how.
func (q *syscallQuery) named(name string) error {
	if !arch.KnownAnywhere(name) {
		f := fail("there is no system call %q in the tables of Linux %s", name, arch.Latest())
		if near, ok := diag.Nearest(name, arch.SyscallNames()); ok {
			f.hinted("did you mean %q?", near)
		}
		return f
	}
	abis := arch.ABIs()
	if q.abi != 0 {
		abis = []arch.ABI{q.abi}
	}
	var found []placed
	for _, abi := range abis {
		if s, ok := abi.Syscall(name); ok {
			found = append(found, placed{abi, s})
		}
	}
	if len(found) == 0 {
		return fail("%s has no system call %q; other ABIs do", q.abi, name)
	}
	return q.describe(name, found)
}

// placed is a system call on an ABI.
type placed struct {
	abi  arch.ABI
	call *arch.Syscall
}

// describe answers all that is known of one call.
func (q *syscallQuery) describe(name string, found []placed) error {
	if q.asJSON {
		for _, p := range found {
			if err := q.answerJSON(newSyscallJSON(p)); err != nil {
				return err
			}
		}
		return nil
	}
	q.answer("%s", name)
	for _, p := range found {
		q.answer("  %-12s %5d  since Linux %s", p.abi, p.call.Number, p.call.Since)
	}
	same, rest := alike(found)
	several := len(rest) > 0
	q.parameters(same, several)
	for len(rest) > 0 {
		same, rest = alike(rest)
		q.parameters(same, several)
	}
	return nil
}

// alike splits off the ABIs on which the call has the parameters and groups of
// the first.
func alike(found []placed) (same, rest []placed) {
	for _, p := range found {
		if sameShape(found[0].call, p.call) {
			same = append(same, p)
		} else {
			rest = append(rest, p)
		}
	}
	return same, rest
}

func sameShape(a, b *arch.Syscall) bool {
	return slices.Equal(parameterLines(a), parameterLines(b)) && slices.Equal(groupsOf(a), groupsOf(b))
}

// parameters answers what the call takes on some ABIs.
func (q *syscallQuery) parameters(on []placed, several bool) {
	where := ""
	if several {
		names := make([]string, len(on))
		for i, p := range on {
			names[i] = p.abi.String()
		}
		where = " on " + strings.Join(names, ", ")
	}
	lines := parameterLines(on[0].call)
	if len(lines) == 0 {
		q.answer("  no parameters%s", where)
	} else {
		q.answer("  parameters%s", where)
	}
	for _, line := range lines {
		q.answer("    %s", line)
	}
	if groups := groupsOf(on[0].call); len(groups) > 0 {
		q.answer("  groups%s: @%s", where, strings.Join(groups, ", @"))
	}
}

// parameterLines returns one line for each parameter.
func parameterLines(s *arch.Syscall) []string {
	var lines []string
	for i := range s.Params {
		p := &s.Params[i]
		name := p.Name
		if len(p.Aliases) > 0 {
			name += " (" + strings.Join(p.Aliases, ", ") + ")"
		}
		lines = append(lines, fmt.Sprintf("%-12s %-28s %-10s %s", place(p), name, p.Type, p.CType))
	}
	return lines
}

// place returns which registers hold a parameter.
func place(p *arch.Param) string {
	if p.Split {
		return fmt.Sprintf("args[%d,%d]", p.Low, p.High)
	}
	return fmt.Sprintf("args[%d]", p.Low)
}

// groupsOf returns the names of the groups that a call is in.
func groupsOf(s *arch.Syscall) []string {
	var names []string
	for name := range arch.GroupNames() {
		if group, ok := arch.LookupGroup(name); ok && s.In(group) {
			names = append(names, name)
		}
	}
	return names
}

// table answers the calls of one ABI that are wanted.
func (q *syscallQuery) table(wanted func(*arch.Syscall) bool) error {
	abi, err := q.oneABI()
	if err != nil {
		return err
	}
	calls := abi.Syscalls()
	for i := range calls {
		s := &calls[i]
		if !wanted(s) {
			continue
		}
		if q.asJSON {
			if err := q.answerJSON(newSyscallJSON(placed{abi, s})); err != nil {
				return err
			}
			continue
		}
		q.answer("%5d  %-28s since Linux %s", s.Number, s.Name, s.Since)
	}
	return nil
}

// groups answers the names of all groups.
func (q *syscallQuery) groups() error {
	for name := range arch.GroupNames() {
		if !q.asJSON {
			q.answer("@%s", name)
			continue
		}
		if err := q.answerJSON(map[string]string{"group": name}); err != nil {
			return err
		}
	}
	return nil
}
