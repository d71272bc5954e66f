package main

import (
	"fmt"
	"strings"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// mostRanges is how many ranges of numbers a line shows.
const mostRanges = 6

// describeNumbers returns ranges of system-call numbers in one line: what is
// in the ABI's table by name, the rest by number.
func describeNumbers(abi arch.ABI, ranges []typed.NumberRange) string {
	if len(ranges) == 1 && ranges[0] == (typed.NumberRange{First: 0, Last: ^uint32(0)}) {
		return "every call"
	}
	var parts []string
	for i, r := range ranges {
		if i == mostRanges {
			parts = append(parts, fmt.Sprintf("and %d more ranges", len(ranges)-i))
			break
		}
		parts = append(parts, describeRange(abi, r))
	}
	return strings.Join(parts, ", ")
}

func describeRange(abi arch.ABI, r typed.NumberRange) string {
	if r.First != r.Last {
		return fmt.Sprintf("%s to %s", number(r.First), number(r.Last))
	}
	if call, ok := abi.Numbered(r.First); ok {
		return call.Name
	}
	return number(r.First)
}

// number returns a number as people know it: those with the x32 bit, and
// beyond, in hexadecimal.
func number(nr uint32) string {
	if nr >= arch.X32Bit {
		return fmt.Sprintf("%#x", nr)
	}
	return fmt.Sprint(nr)
}
