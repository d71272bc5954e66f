package policy

import (
	"math/big"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/check"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// ParseCall reads a call such as "openat(AT_FDCWD, 0, O_WRONLY|O_CREAT, 0644)"
// or "#257(3)": the registers args[0] to args[5] as constants of the ABI, those
// that are missing 0. A negative value fills the bits that the ABI's registers
// have. A positive one may use all 64 bits on 32-bit ABIs too: a filter sees
// them, as int 0x80 from a 64-bit program leaves there what was in them.
func ParseCall(abi arch.ABI, text string) (typed.Call, diag.List) {
	source := &diag.Source{Name: "call", Text: text}
	parsed, list := filter.ParseCall(source.Whole())
	if parsed == nil || list.Failed() {
		return typed.Call{}, list
	}
	call := callOn(abi, nil, parsed, &list)
	if list.Failed() {
		return typed.Call{}, list
	}
	return call, list
}

// callOn returns a call as it is on an ABI. The names in it are those of the
// scope, which may be nil, and of the ABI.
func callOn(abi arch.ABI, scope *check.Scope, parsed *filter.Call, list *diag.List) typed.Call {
	call := typed.Call{Nr: parsed.Number, Arch: abi.Audit()}
	if !parsed.ByNumber {
		known, ok := abi.Syscall(parsed.Name)
		if !ok {
			unknownCall(abi, parsed, list)
		} else {
			call.Nr = known.Number
		}
	}
	if startsProgram(abi, parsed, &call, list) {
		return call
	}
	for i, arg := range parsed.Args {
		if once, ok := arg.(*filter.Apply); ok && check.IsOnce(once) {
			list.Reportf(diag.MisplacedOnce, once.At, "%s stands for all arguments of the execve that starts the program", typed.OnceText).
				Hintf("that call is written execve(%s)", typed.OnceText)
			continue
		}
		value, problems := check.Constant(abi, scope, arg)
		*list = append(*list, problems...)
		if value == nil {
			continue
		}
		register, ok := registerOf(value, abi.Bits())
		if !ok {
			list.Reportf(diag.TooWide, arg.Span(), "%s does not fit into a register of %s", written(arg.Span()), abi)
		}
		call.Args[i] = register
	}
	return call
}

func unknownCall(abi arch.ABI, parsed *filter.Call, list *diag.List) *diag.Diagnostic {
	at := parsed.Span
	at.End = at.Start + len(parsed.Name)
	if arch.KnownAnywhere(parsed.Name) {
		return list.Reportf(diag.CallElsewhere, at, "%s is not on %s", parsed.Name, abi)
	}
	d := list.Reportf(diag.UnknownSyscall, at, "unknown system call %s", parsed.Name)
	if near, ok := diag.Nearest(parsed.Name, arch.SyscallNames()); ok {
		d.Hintf("did you mean %s?", near)
	}
	return d
}

// registerOf returns a value as struct seccomp_data holds it for registers of
// a width.
func registerOf(value *big.Int, width int) (uint64, bool) {
	switch {
	case value.Sign() >= 0:
		return value.Uint64(), value.IsUint64()
	case new(big.Int).Not(value).BitLen() >= width: // below the least signed value
		return 0, false
	case width == 32:
		return uint64(uint32(value.Int64())), true
	}
	return uint64(value.Int64()), true
}
