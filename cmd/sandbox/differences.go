package main

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"

	"sandbox/arch"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// differences answers with what two sides decide differently.
type differences struct {
	*ui
	from, to string
	where    string // the condition that the comparison is limited to
}

// text answers for people: what it comes to, and a paragraph for each ABI, in
// it a line for each set of calls.
func (d *differences) text(changes []prove.Change, open []prove.Open) {
	if len(changes) > 0 {
		d.summary(changes)
	}
	heading := ""
	for _, c := range readAlike(changes) {
		if h := archText(&c.Scope); h != heading {
			heading = h
			d.answer("")
			d.answer("%s", h)
		}
		abi, _ := c.ABI()
		calls := callsText(&c.Scope)
		if len(calls) > longestCalls {
			d.answer("%s %s: %s -> %s", mark(&c.Change), "these calls", actionName(abi, c.From), actionName(abi, c.To))
			writeWrapped(d.out, calls, "    ", d.width())
		} else {
			d.answer("%s %s: %s -> %s", mark(&c.Change), calls, actionName(abi, c.From), actionName(abi, c.To))
		}
		if c.condition != "" {
			d.answer("    if %s", c.condition)
		}
		d.answer("    such as %s", witnessText(&c.Change))
		d.answer("    %s", countText(&c.Change))
	}
	for i := range open {
		o := &open[i]
		d.say("not compared: %s on %s: %v", callsText(&o.Scope), archText(&o.Scope), o.GivenUp)
	}
}

// summary says in a line whether anything passes that did not, and in another
// one what others are asked about.
func (d *differences) summary(changes []prove.Change) {
	var passing, asked []string
	for i := range changes {
		c := &changes[i]
		list := &passing
		if !passes(c.To) {
			list = &asked
		}
		if calls := callsText(&c.Scope); c.Wider() && !slices.Contains(*list, calls) {
			*list = append(*list, calls)
		}
	}
	limit := ""
	if d.where != "" {
		limit = "where " + oneLine(d.where) + ", "
	}
	from, to := oneLine(d.from), oneLine(d.to)
	if len(passing) == 0 {
		d.answer("%s%s lets no call pass that %s refuses", limit, to, from)
	} else {
		writeWrapped(d.out, fmt.Sprintf("%s%s lets calls pass that %s refuses: %s", limit, to, from, strings.Join(passing, ", ")), "", d.width())
	}
	if len(asked) > 0 {
		writeWrapped(d.out, fmt.Sprintf("%s%s lets others decide about calls that %s refuses: %s", limit, to, from, strings.Join(asked, ", ")), "", d.width())
	}
}

// mark says whether the second side lets more pass, or less.
func mark(c *prove.Change) string {
	switch {
	case c.Wider():
		return "+"
	case c.Narrower():
		return "-"
	}
	return "~"
}

// passes reports whether an action executes the call.
func passes(a typed.Action) bool { return a.Kind <= typed.Log }

// archText names the architectures of a scope.
func archText(s *prove.Scope) string {
	if abi, ok := s.ABI(); ok {
		return abi.String()
	}
	var names []string
	for _, r := range s.Archs {
		if abi, ok := arch.ByAudit(r.First); ok && r.First == r.Last {
			names = append(names, abi.String())
			continue
		}
		names = append(names, rangeText(r.First, r.Last, "%#x"))
	}
	return "arch " + strings.Join(names, ", ")
}

// longestCalls is how many bytes of names stand in the line of a change; more
// of them follow it.
const longestCalls = 40

// callsText names the calls of a scope: those in the table by name, others by
// the ranges of their numbers.
func callsText(s *prove.Scope) string {
	abi, _ := s.ABI()
	var names, ranges []string
	for _, r := range s.Numbers {
		if r.First == 0 && r.Last == ^uint32(0) {
			return "every call"
		}
		for next, last := uint64(r.First), uint64(r.Last); next <= last; {
			call, ok := firstFrom(abi, uint32(next), r.Last)
			if !ok {
				ranges = append(ranges, numbersText(uint32(next), r.Last))
				break
			}
			if uint64(call.Number) > next {
				ranges = append(ranges, numbersText(uint32(next), call.Number-1))
			}
			names = append(names, call.Name)
			next = uint64(call.Number) + 1
		}
	}
	if len(names) > 1 && len(names) == len(abi.Syscalls()) {
		names = []string{"every call"}
	}
	if len(names) == 0 && len(ranges) > 1 && isRest(abi, s.Numbers) {
		ranges = []string{"numbers of no call"}
	}
	return strings.Join(append(names, ranges...), ", ")
}

// isRest reports whether ranges have all numbers that are no calls of an ABI,
// given that they have none that is.
func isRest(abi arch.ABI, ranges []typed.NumberRange) bool {
	count := uint64(len(abi.Syscalls()))
	for _, r := range ranges {
		count += uint64(r.Last) - uint64(r.First) + 1
	}
	return count == 1<<32
}

// firstFrom returns the first call in the table of an ABI with a number in a
// range.
func firstFrom(abi arch.ABI, first, last uint32) (*arch.Syscall, bool) {
	table := abi.Syscalls()
	i, _ := slices.BinarySearchFunc(table, first, func(s arch.Syscall, n uint32) int {
		if s.Number < n {
			return -1
		}
		return 1
	})
	if i < len(table) && table[i].Number <= last {
		return &table[i], true
	}
	return nil, false
}

// numbersText names numbers of no call.
func numbersText(first, last uint32) string {
	if last == ^uint32(0) && first != last {
		return fmt.Sprintf("#%d and up", first)
	}
	return rangeText(first, last, "#%d")
}

func rangeText(first, last uint32, format string) string {
	if first == last {
		return fmt.Sprintf(format, first)
	}
	return fmt.Sprintf(format+" to "+format, first, last)
}

// witnessText returns one of the calls.
func witnessText(c *prove.Change) string {
	abi, ok := arch.ByAudit(c.Call.Arch)
	if !ok {
		return fmt.Sprintf("arch %#x, number %d, arguments %#x", c.Call.Arch, int32(c.Call.Nr), c.Call.Args)
	}
	text := (&callWriter{abi: abi}).call(&c.Call)
	if c.Call.IP != 0 {
		text += fmt.Sprintf(" at ip %#x", c.Call.IP)
	}
	return text
}

// countText says how many calls a change is about, of those that its numbers
// have.
func countText(c *prove.Change) string {
	numbers := new(big.Int)
	for _, a := range c.Archs {
		for _, n := range c.Numbers {
			numbers.Add(numbers, new(big.Int).Mul(size(a.First, a.Last), size(n.First, n.Last)))
		}
	}
	all := new(big.Int).Lsh(numbers, prove.CallBits)
	rest := new(big.Int).Sub(all, c.Count)
	switch {
	case rest.Sign() == 0 && numbers.IsInt64() && numbers.Int64() == 1:
		return "all of its calls"
	case rest.Sign() == 0:
		return fmt.Sprintf("all calls of %v numbers", numbers)
	case rest.Cmp(c.Count) < 0:
		return "all but " + powerText(rest) + " of " + powerText(all) + " calls"
	}
	return powerText(c.Count) + " of " + powerText(all) + " calls"
}

func size(first, last uint32) *big.Int { return big.NewInt(int64(last) - int64(first) + 1) }

// powerText writes a large number as a power of two, to a tenth.
func powerText(n *big.Int) string {
	bits := n.BitLen()
	switch {
	case bits <= 20:
		return n.String()
	case n.TrailingZeroBits() == uint(bits-1):
		return fmt.Sprintf("2^%d", bits-1)
	}
	mantissa := new(big.Float)
	exponent := new(big.Float).SetInt(n).MantExp(mantissa)
	fraction, _ := mantissa.Float64() // from 0.5 to 1
	return fmt.Sprintf("about 2^%.1f", float64(exponent)+math.Log2(fraction))
}
