package bpf

import (
	"fmt"
	"slices"
)

// A RejectError says why the kernel would refuse a program.
type RejectError struct {
	Index  int         // the instruction at fault, or -1 for the whole program
	In     Instruction // the instruction at fault, unless Index is -1
	Reason string
}

func (e *RejectError) Error() string {
	if e.Index < 0 {
		return e.Reason
	}
	return fmt.Sprintf("instruction %d (%v): %s", e.Index, e.In, e.Reason)
}

// Verify returns code as a Program if the kernel would accept it as a seccomp
// filter, and a *[RejectError] otherwise. Its rules are those of Linux 6.18
// (bpf_check_classic in net/core/filter.c, then seccomp_check_filter in
// kernel/seccomp.c). The Program holds a copy of code.
func Verify(code []Instruction) (Program, error) {
	if len(code) == 0 {
		return Program{}, &RejectError{Index: -1, Reason: "a program needs at least one instruction"}
	}
	if len(code) > MaxInstructions {
		reason := fmt.Sprintf("%d instructions are more than the kernel's limit of %d", len(code), MaxInstructions)
		return Program{}, &RejectError{Index: -1, Reason: reason}
	}
	for i, in := range code {
		if reason := reject(in, len(code)-i-1); reason != "" {
			return Program{}, &RejectError{Index: i, In: in, Reason: reason}
		}
	}
	last := len(code) - 1
	if op := code[last].Op; op != RetK && op != RetA {
		return Program{}, &RejectError{Index: last, In: code[last], Reason: "the last instruction must be a return"}
	}
	if i := unwrittenLoad(code); i >= 0 {
		reason := fmt.Sprintf("M[%d] may be read before it is written", code[i].K)
		return Program{}, &RejectError{Index: i, In: code[i], Reason: reason}
	}
	return Program{code: slices.Clone(code)}, nil
}

// reject says why an instruction that has after more behind it is never
// accepted, or "". Fields that an opcode does not use may hold anything.
func reject(in Instruction, after int) string {
	switch in.Op {
	case LdWAbs:
		if in.K >= DataSize {
			return "the load is beyond the 64 bytes of seccomp_data"
		}
		if in.K%4 != 0 {
			return "the offset of the load is not a multiple of 4"
		}
	case LdMem, LdxMem, St, Stx:
		if in.K >= MemWords {
			return "scratch memory ends at M[15]"
		}
	case DivK:
		if in.K == 0 {
			return "division by zero"
		}
	case LshK, RshK:
		if in.K >= 32 {
			return "a shift of 32 or more"
		}
	case Ja:
		if in.K >= uint32(after) {
			return "the jump leaves the program"
		}
	case JeqK, JeqX, JgtK, JgtX, JgeK, JgeX, JsetK, JsetX:
		if int(in.Jt) >= after || int(in.Jf) >= after {
			return "the jump leaves the program"
		}
	case LdLen, LdImm, LdxImm, LdxLen,
		AddK, AddX, SubK, SubX, MulK, MulX, DivX, OrK, OrX, AndK, AndX,
		LshX, RshX, Neg, XorK, XorX, RetK, RetA, Tax, Txa:
	default:
		return rejectOpcode(in.Op)
	}
	return ""
}

// rejectOpcode says why seccomp does not know an opcode.
func rejectOpcode(op uint16) string {
	const (
		ldHAbs, ldBAbs         = 0x28, 0x30
		ldWInd, ldHInd, ldBInd = 0x40, 0x48, 0x50
		ldxMsh                 = 0xb1
		modK, modX             = 0x94, 0x9c
	)
	switch op {
	case ldHAbs, ldBAbs:
		return "seccomp loads whole 32-bit words only"
	case ldWInd, ldHInd, ldBInd, ldxMsh:
		return "seccomp loads at constant offsets only"
	case modK, modX:
		return "seccomp has no remainder operation"
	default:
		return "no such operation in classic BPF"
	}
}

// unwrittenLoad returns the first load of a scratch word that the kernel does
// not see written on every way to it, or -1 (check_load_and_stores). The kernel
// is coarser than control flow in one way: a return does not end the flow to
// the next instruction, while a jump does.
func unwrittenLoad(code []Instruction) int {
	const all = 1<<MemWords - 1
	uses := false
	for i := range code {
		if op := code[i].Op; op == LdMem || op == LdxMem {
			uses = true
			break
		}
	}
	if !uses {
		return -1
	}
	// unwritten[i] has a bit for each word that some jump to i leaves unwritten.
	unwritten := make([]uint16, len(code))
	var written uint16
	for i, in := range code {
		written &^= unwritten[i]
		switch in.Op {
		case St, Stx:
			written |= 1 << in.K
		case LdMem, LdxMem:
			if written&(1<<in.K) == 0 {
				return i
			}
		case Ja:
			unwritten[i+1+int(in.K)] |= ^written
			written = all
		case JeqK, JeqX, JgtK, JgtX, JgeK, JgeX, JsetK, JsetX:
			unwritten[i+1+int(in.Jt)] |= ^written
			unwritten[i+1+int(in.Jf)] |= ^written
			written = all
		}
	}
	return -1
}
