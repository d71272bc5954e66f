package decode

import (
	"strconv"
	"strings"

	"sandbox/arch"
)

// Call writes a call with all its parameters, as "openat(AT_FDCWD, 0x7ffc0000,
// O_RDONLY, 0)": the text of registers in their order, which is that of the
// kernel's parameters. A call of no known parameters is written with its six
// registers.
func Call(abi arch.ABI, call *arch.Syscall, args *[6]uint64) string {
	var b strings.Builder
	b.WriteString(call.Name)
	b.WriteByte('(')
	for i := range Registers(call) {
		if i > 0 {
			b.WriteString(", ")
		}
		text, _ := Register(abi, call, i, args)
		b.WriteString(text)
	}
	b.WriteByte(')')
	return b.String()
}

// Registers returns how many registers the parameters of a call take: all six
// where they are not known.
func Registers(call *arch.Syscall) int {
	if call == nil || call.Params == nil {
		return 6
	}
	registers := 0
	for i := range call.Params {
		registers = max(registers, int(call.Params[i].Low)+1)
		if call.Params[i].Split {
			registers = max(registers, int(call.Params[i].High)+1)
		}
	}
	return registers
}

// Argument writes what the kernel takes a register of a call for: of the bits
// that it looks at, with names if they have some. Unlike Register's, the text
// says nothing of the others: an int's high half is whatever the caller left
// there. call may be nil.
func Argument(abi arch.ABI, call *arch.Syscall, register int, args *[6]uint64) string {
	value := args[register]
	if abi.Bits() == 32 {
		value &= ones(32)
	}
	if call == nil {
		return numberText(abi, Number, value)
	}
	param, ok := call.ParamIn(register)
	if !ok || param.Split {
		return numberText(abi, Number, value)
	}
	p := Of(abi, call, param, AllKnown(*args))
	if text, ok := p.Value(value); ok {
		return text
	}
	value &= ones(p.width())
	if p.IsFlags() {
		return hexOrDigit(value)
	}
	if sign := 64 - p.width(); param.Type.Signed {
		return numberText(abi, p.kind, uint64(int64(value<<sign)>>sign)&ones(uint8(abi.Bits())))
	}
	return numberText(abi, p.kind, value)
}

// Register writes the value of a register of a call, so that the text, as an
// argument of a call, gives all 64 bits of it. It reports whether the text has
// names; call may be nil.
func Register(abi arch.ABI, call *arch.Syscall, register int, args *[6]uint64) (text string, named bool) {
	value := args[register]
	if call == nil {
		return numberText(abi, Number, value), false
	}
	param, ok := call.ParamIn(register)
	if !ok || param.Split {
		return numberText(abi, Number, value), false
	}
	p := Of(abi, call, param, AllKnown(*args))
	if text, ok := p.register(value); ok {
		return text, true
	}
	if p.IsFlags() {
		return hexOrDigit(value), false
	}
	return numberText(abi, p.kind, value), false
}

// register writes a whole register with names, if they give all its bits.
func (p Parameter) register(value uint64) (text string, ok bool) {
	v := p.vocabulary()
	if v == nil {
		return "", false
	}
	text, number, ok := v.text(p.abi, value&ones(p.width()), p.width())
	if p.abi.Bits() == 32 && int64(number) < 0 {
		number &= 0xffffffff
	}
	return text, ok && number == value
}

// numberText writes a register as a number: addresses in hexadecimal, others
// in decimal if they are small, or negative and small.
func numberText(abi arch.ABI, kind Kind, value uint64) string {
	const small = 4097 // a page, and one more
	signed := int64(value)
	if abi.Bits() == 32 {
		signed = int64(int32(value))
	}
	beyond := abi.Bits() == 32 && value>>32 != 0 // what no negative number gives
	limit := int64(small)
	if kind == Size || kind == Offset || kind == User || kind == Group || kind == Process {
		limit = 1 << 22 // pids end there, and ids and sizes are read in decimal
	}
	if beyond || signed < -small || signed > limit || kind.IsAddress() && signed != 0 {
		return hexOrDigit(value)
	}
	return strconv.FormatInt(signed, 10)
}

func hexOrDigit(value uint64) string {
	if value < 10 {
		return strconv.FormatUint(value, 10)
	}
	return hex(value)
}
