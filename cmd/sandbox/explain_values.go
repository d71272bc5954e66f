package main

import (
	"fmt"
	"strings"

	"sandbox/arch"
	"sandbox/arch/decode"
	"sandbox/policy/typed"
)

// operandText writes the value that an operand of a predicate had in a call:
// with its names, if it is a parameter or some bits of one.
func (e *explainer) operandText(call *typed.Call, o typed.Operand, bits uint64) string {
	t := o.Value.Type()
	p, names, ok := decoded(e.abi, call, o.Value, bits)
	if !ok {
		return formatValue(t, bits)
	}
	number := decimal(t, bits)
	if bits >= 10 && p.IsFlags() || bits >= 1<<12 && number[0] != '-' {
		number = hexadecimal(bits)
	}
	return fmt.Sprintf("%s (%s)", number, names)
}

// decoded names the value of an expression that is a parameter, or a parameter
// under a mask.
func decoded(abi arch.ABI, call *typed.Call, x typed.Int, bits uint64) (p decode.Parameter, names string, ok bool) {
	word, mask, ok := maskedWord(x)
	if !ok {
		return p, "", false
	}
	known, ok := abi.Numbered(call.Nr)
	register, high, isArg := word.Arg()
	if !ok || !isArg || high {
		return p, "", false
	}
	for i := range known.Params {
		param := &known.Params[i]
		if int(param.Low) != register || param.Split {
			continue
		}
		p = decode.Of(abi, known, param, decode.AllKnown(call.Args))
		all := ^uint64(0) >> (64 - param.Type.Bits)
		if mask&all == all {
			if names, ok = p.Value(bits); !ok && known.Name == "ioctl" && p.Named() {
				names, ok = decode.Ioctl(abi, uint32(bits))
			}
			return p, names, ok
		}
		_, names, ok = p.Bits(mask&all, bits&mask&all)
		return p, names, ok && strings.ContainsAny(names, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	}
	return p, "", false
}

// maskedWord returns the word of the call of which an expression has some bits,
// each in its place.
func maskedWord(x typed.Int) (low typed.Word, mask uint64, ok bool) {
	mask = ^uint64(0)
	for {
		switch y := x.(type) {
		case *typed.Load:
			return y.Low, mask, true
		case *typed.Convert:
			if y.To.Bits < 64 {
				mask &= 1<<y.To.Bits - 1
			}
			x = y.X
		case *typed.Binary:
			v, constant := y.Y.(*typed.Value)
			if y.Op != typed.BitAnd || !constant {
				return 0, 0, false
			}
			mask &= v.Bits
			x = y.X
		default:
			return 0, 0, false
		}
	}
}
