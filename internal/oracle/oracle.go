//go:build linux

// Package oracle asks the live kernel what it thinks of seccomp programs:
// which it accepts, and what they decide, without letting any of them allow a
// call. It serves tests, and "sandbox test --live".
//
// The work is done in a forked child of the calling process, in which nothing
// of Go's runtime runs; nothing is ever installed in the caller. The child sets
// no_new_privs, so no privilege is needed.
package oracle

import (
	"errors"
	"fmt"
	"runtime"

	"sandbox/bpf"
)

// A Call is one system call to ask about. It is entered as the registers say,
// but for the instruction pointer, which is the oracle's own: see [Entries].
type Call struct {
	I386 bool      // entered by int 0x80; amd64 only
	Nr   uint32    // any number but the two that the kernel exempts
	Args [6]uint64 // all 64 bits of the registers, on i386 too
}

// x86-64's uretprobe and uprobe never meet a filter (seccomp_uprobe_exception
// in kernel/seccomp.c, since 6.12), so they would be executed.
const (
	uretprobe = 335
	uprobe    = 336
)

// Exempt reports whether the kernel never shows the call to a filter, so that
// the oracle cannot be asked about it.
func (c Call) Exempt() bool { return !c.I386 && (c.Nr == uretprobe || c.Nr == uprobe) }

// errnoBase is the errno of the first distinct return of a rewritten program:
// larger than any errno of the kernel, so that none is taken for a verdict.
const errnoBase = 1000

// Verdicts returns what the kernel makes p return for each call. Nothing is
// executed: each return of p is rewritten into an errno of its own. Programs
// that return the accumulator, or more than 3096 different values, are refused.
// To ask about millions of calls, use a [Batch] again and again.
func Verdicts(p bpf.Program, calls []Call) ([]bpf.Return, error) {
	b, err := NewBatch(len(calls))
	if err != nil {
		return nil, err
	}
	defer b.Free()
	copy(b.Calls, calls)
	if err := b.Ask(p); err != nil {
		return nil, err
	}
	return b.Verdicts, nil
}

// rewrite returns p with an errno of its own in place of each value that it
// returns: errnoBase for returns[0], and so on.
func rewrite(p bpf.Program) (code []bpf.Instruction, returns []bpf.Return, err error) {
	code = p.Code()
	index := make(map[bpf.Return]int)
	for i, in := range code {
		switch in.Op {
		case bpf.RetA:
			return nil, nil, fmt.Errorf("instruction %d returns the accumulator: the oracle cannot make that safe", i)
		case bpf.RetK:
			r := bpf.Return(in.K)
			n, seen := index[r]
			if !seen {
				n = len(returns)
				index[r] = n
				returns = append(returns, r)
			}
			code[i].K = uint32(bpf.Errno) + errnoBase + uint32(n)
		}
	}
	if n := len(returns); n > bpf.MaxErrno+1-errnoBase {
		return nil, nil, fmt.Errorf("%d different return values are more than the oracle's %d", n, bpf.MaxErrno+1-errnoBase)
	}
	return code, returns, nil
}

// Killed stands in the results of [Errnos] for a call that was ended by SIGSYS:
// the program divided by X when that was 0.
const Killed = -1

// Errnos returns the errno, 0 to 4095, that p gives each call, or [Killed].
// Nothing is executed, because p may do nothing but return errnos: each RetK
// has the action [bpf.Errno], and each RetA ends the unbroken sequence that
// makes A one:
//
//	and #0xfff
//	or #0x50000
//	ret a
func Errnos(p bpf.Program, calls []Call) ([]int, error) {
	if p.IsZero() {
		return nil, errZero
	}
	m, err := newMemory(len(calls))
	if err != nil {
		return nil, err
	}
	defer m.free()
	copy(m.calls, calls)
	return m.errnos(p.Code(), m.calls, nil)
}

var errZero = errors.New("the zero bpf.Program is no program")

// errnos appends to answers what [Errnos] returns for the calls, some of m's.
func (m *memory) errnos(code []bpf.Instruction, calls []Call, answers []int) ([]int, error) {
	if err := deniesAll(code); err != nil {
		return nil, err
	}
	for i := range calls {
		c := &calls[i]
		if c.I386 && !haveInt80 {
			return nil, fmt.Errorf("call %d: no int 0x80 on %s", i, runtime.GOARCH)
		}
		if c.Exempt() {
			return nil, fmt.Errorf("call %d: the kernel exempts number %d from filters and would execute it", i, c.Nr)
		}
	}
	return m.probe(code, calls, answers)
}

// deniesAll establishes that no way through code ends in anything but an errno
// or a division by zero.
func deniesAll(code []bpf.Instruction) error {
	target := make([]bool, len(code))
	for i, in := range code {
		switch in.Op {
		case bpf.Ja:
			target[i+1+int(in.K)] = true
		case bpf.JeqK, bpf.JeqX, bpf.JgtK, bpf.JgtX, bpf.JgeK, bpf.JgeX, bpf.JsetK, bpf.JsetX:
			target[i+1+int(in.Jt)] = true
			target[i+1+int(in.Jf)] = true
		case bpf.RetK:
			if r := bpf.Return(in.K); r.Action() != bpf.Errno {
				return fmt.Errorf("instruction %d returns %v, not an errno", i, r)
			}
		case bpf.RetA:
			if i < 2 || target[i] || target[i-1] ||
				code[i-1].Op != bpf.OrK || code[i-1].K != uint32(bpf.Errno) ||
				code[i-2].Op != bpf.AndK || code[i-2].K != bpf.MaxErrno {
				return fmt.Errorf("instruction %d returns an accumulator that may not be an errno", i)
			}
		}
	}
	return nil
}
