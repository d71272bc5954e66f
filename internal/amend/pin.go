package amend

import (
	"strconv"
	"strings"

	"sandbox/arch"
	"sandbox/arch/decode"
	"sandbox/policy/typed"
)

// A pin is a filter for one call: it holds each parameter that a filter can
// judge to the value that the call had.
type pin struct {
	abi        arch.ABI
	call       *arch.Syscall // nil: the number is that of no call
	number     uint32
	conditions []string
	free       []string // the parameters that are left: addresses
	passing    []string // the conditions about values that are others in the next run
	bits       uint     // how many bits of the registers they hold
}

func newPin(abi arch.ABI, call *typed.Call) pin {
	p := pin{abi: abi, number: call.Nr}
	known, ok := abi.Numbered(call.Nr)
	if !ok {
		return p
	}
	p.call = known
	for i := range known.Params {
		param := &known.Params[i]
		if isAddress(abi, known, param, &call.Args) {
			p.free = append(p.free, param.Name)
			continue
		}
		value, passes := pinnedValue(abi, known, param, &call.Args)
		condition := pinnedName(param) + " == " + value
		p.conditions = append(p.conditions, condition)
		p.bits += uint(param.Type.Bits)
		if passes {
			p.passing = append(p.passing, condition)
		}
	}
	return p
}

// filter returns the pin in the filter language.
func (p *pin) filter() string {
	selector := "#" + strconv.FormatUint(uint64(p.number), 10)
	if p.call != nil {
		selector = p.call.Name
	}
	if len(p.conditions) == 0 {
		return selector
	}
	return selector + ": " + strings.Join(p.conditions, " && ")
}

// isOf reports whether numbers of an ABI are just what the pin selects there: the
// call of the same name, or the same number if it is that of no call.
func (p *pin) isOf(abi arch.ABI, numbers []typed.NumberRange) bool {
	if len(numbers) != 1 || numbers[0].First != numbers[0].Last {
		return false
	}
	known, ok := abi.Numbered(numbers[0].First)
	if p.call == nil || !ok {
		return p.call == nil && !ok && numbers[0].First == p.number
	}
	return known.Name == p.call.Name
}

// isAddress reports whether a parameter is an address, which is another in each
// run: by its type, or as its value can hardly be anything else.
func isAddress(abi arch.ABI, call *arch.Syscall, param *arch.Param, args *[6]uint64) bool {
	if param.Type.Pointer {
		return true
	}
	p := decode.Of(abi, call, param, decode.AllKnown(*args))
	switch p.Kind() {
	case decode.Number, decode.Address, decode.Path, decode.Text:
	default:
		return false
	}
	// Programs of 64 bits are loaded above the first 4 GiB, below 2^56.
	const lowest, highest = 1 << 32, 1 << 56
	value := args[param.Low]
	_, named := p.Name(value)
	return !named && param.Type.Bits == 64 && value >= lowest && value < highest
}

// pinnedName returns what a parameter is called in a filter: by its register, if
// its name is that of a field that every call has.
func pinnedName(param *arch.Param) string {
	switch param.Name {
	case "nr", "arch", "ip":
		t := typed.Type{Bits: max(param.Type.Bits, 32), Signed: param.Type.Signed}
		return "(" + t.String() + ")args[" + strconv.Itoa(int(param.Low)) + "]"
	}
	return param.Name
}

// pinnedValue returns the value of a parameter as a comparison has it, and
// whether it is one of this run, and may be another in the next.
func pinnedValue(abi arch.ABI, call *arch.Syscall, param *arch.Param, args *[6]uint64) (text string, passes bool) {
	value := args[param.Low]
	if param.Split {
		value = value&0xffffffff | args[param.High]<<32
	}
	value &= ^uint64(0) >> (64 - param.Type.Bits)
	p := decode.Of(abi, call, param, decode.AllKnown(*args))
	if text, ok := p.Name(value); ok {
		return text, false
	}
	signed := int64(value<<(64-param.Type.Bits)) >> (64 - param.Type.Bits)
	identifies := false
	switch p.Kind() {
	case decode.Descriptor:
		identifies, passes = true, signed > 2
	case decode.Process:
		identifies, passes = true, signed != 0 && signed != -1
	default:
		passes = signed != 0 && signed != -1 && isAmount(call, param, &p)
	}
	switch {
	case param.Type.Signed && signed < 0:
		return strconv.FormatInt(signed, 10), passes
	case p.IsFlags() && value >= 10, value >= 1<<12 && !identifies:
		return "0x" + strconv.FormatUint(value, 16), passes
	}
	return strconv.FormatUint(value, 10), passes
}
