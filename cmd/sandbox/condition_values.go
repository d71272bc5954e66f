package main

import (
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"sandbox/arch/decode"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// A valueWriter writes which values an expression has.
type valueWriter struct {
	name   string
	top    uint64           // the highest value, if unsigned
	param  decode.Parameter // names values if width is not 0
	width  uint8            // in bits, of the parameter
	signed bool
	hex    bool
}

// How many values of a range are listed one by one: of any range, and of one in
// which all values have names.
const (
	fewValues  = 4
	mostNamed  = 24
	mostMasked = 16
)

// nonNegative reports that no value has the sign bit, which makes signed and
// unsigned comparisons the same.
func (v *valueWriter) nonNegative(values []typed.Interval) bool {
	return !v.signed || values[len(values)-1].High>>(v.width-1) == 0
}

// masked writes which values some bits of the operand have.
func (v *valueWriter) masked(c *prove.Condition) (string, precedence) {
	if v.width != 0 {
		if text, ok := v.maskedByName(c); ok {
			return text, simple
		}
	}
	v.name += " & " + bitsText(c.Mask)
	v.width, v.signed, v.hex = 0, false, true
	if only := c.Values[0]; len(c.Values) == 1 && only.Low == only.High && only.Low == c.Mask && bits.OnesCount64(c.Mask) == 1 {
		return v.write([]typed.Interval{{}}, !c.Not)
	}
	return v.write(c.Values, c.Not)
}

// noOtherBits writes the values of flags below a power of two as a test of the
// bits above: a range says nothing there.
func (v *valueWriter) noOtherBits(c *prove.Condition) (string, bool) {
	if !v.param.IsFlags() || len(c.Values) != 1 {
		return "", false
	}
	i := c.Values[0]
	of := prove.Condition{Not: c.Not, Values: []typed.Interval{{}}}
	switch {
	case i.Low == 0 && i.High > 0 && i.High < v.top && i.High&(i.High+1) == 0:
		of.Mask = v.top &^ i.High
	case i.High == v.top && i.Low > 1 && i.Low&(i.Low-1) == 0:
		of.Mask, of.Not = v.top&^(i.Low-1), !c.Not
	default:
		return "", false
	}
	return v.maskedByName(&of)
}

// maskedByName writes the mask and the values with names: the values that the
// bits have, or those that they do not have, if fewer of these lack a name.
func (v *valueWriter) maskedByName(c *prove.Condition) (string, bool) {
	values, ok := listed(c.Values, mostMasked)
	if !ok {
		return "", false
	}
	text, strange, ok := v.maskedValues(c.Mask, values, c.Not)
	if ok && strange > 0 && len(values) > 1 && bits.OnesCount64(c.Mask) <= 4 {
		if opposite, fewer, ok := v.maskedValues(c.Mask, otherBits(c.Mask, values), !c.Not); ok && fewer < strange {
			return opposite, true
		}
	}
	return text, ok
}

// otherBits returns the values that bits of a mask can have beside some.
func otherBits(mask uint64, values []uint64) []uint64 {
	var others []uint64
	for x := uint64(0); ; x = (x - mask) & mask {
		if !slices.Contains(values, x) {
			others = append(others, x)
		}
		if x == mask {
			return others
		}
	}
}

// maskedValues writes that bits have one of some values, or none, and counts
// the values that have no name.
func (v *valueWriter) maskedValues(mask uint64, values []uint64, not bool) (text string, strange int, ok bool) {
	if len(values) == 1 {
		if field, choices, ok := v.param.Choices(mask, values[0]); ok {
			return membership(v.name+" & "+field, choices, not), 0, true
		}
		if values[0] == mask && bits.OnesCount64(mask) == 1 {
			values, not = []uint64{0}, !not
		}
	}
	left := ""
	var names []string
	for _, value := range values {
		bitsOf, name, ok := v.param.Bits(mask, value)
		if !ok {
			return "", 0, false
		}
		if value != 0 && name[0] <= '9' {
			strange++
		}
		left, names = v.name+" & "+bitsOf, append(names, name)
	}
	return membership(left, names, not), strange, len(names) > 0
}

// listed returns the values of intervals one by one, if there are not too many.
func listed(values []typed.Interval, most uint64) ([]uint64, bool) {
	var list []uint64
	for _, i := range values {
		if i.High-i.Low >= most || uint64(len(list)) >= most {
			return nil, false
		}
		for k := range i.High - i.Low + 1 {
			list = append(list, i.Low+k)
		}
	}
	return list, true
}

// membership writes that an expression has one of some values, or none.
func membership(left string, values []string, not bool) string {
	switch {
	case len(values) == 1 && not:
		return left + " != " + values[0]
	case len(values) == 1:
		return left + " == " + values[0]
	case not:
		return left + " not in {" + strings.Join(values, ", ") + "}"
	}
	return left + " in {" + strings.Join(values, ", ") + "}"
}

// write writes values of the expression, or those that it does not have:
// whichever has names only, or else is shorter.
func (v *valueWriter) write(values []typed.Interval, not bool) (string, precedence) {
	text, p, ranges := v.list(values, not)
	others := v.others(values)
	if ranges == 0 && len(values) == 1 || len(others) == 0 {
		return text, p
	}
	opposite, q, otherRanges := v.list(others, !not)
	switch {
	case ranges == 0 && otherRanges > 0 && v.width != 0 && v.param.Named():
	case ranges > 0 && otherRanges == 0 && opposite != "" && v.width != 0 && v.param.Named():
		return opposite, q
	case len(opposite) < len(text) && opposite != "":
		return opposite, q
	}
	return text, p
}

// list writes values, first by ranges, which it counts, and then one by one.
func (v *valueWriter) list(values []typed.Interval, not bool) (text string, p precedence, ranges int) {
	if v.signed {
		values = typed.SignedOrder(values, int(v.width))
	}
	var parts, names []string
	for _, i := range values {
		more, ok := v.few(i)
		names = append(names, more...)
		if !ok {
			parts = append(parts, v.interval(i, not))
		}
	}
	ranges = len(parts)
	if len(names) > 0 {
		parts = append(parts, membership(v.name, names, not))
	}
	switch {
	case len(parts) == 1:
		return parts[0], simple, ranges
	case not:
		return strings.Join(parts, " && "), conjunction, ranges
	}
	return strings.Join(parts, " || "), disjunction, ranges
}

// few returns the values of an interval one by one where that is better read: a
// few of them, or as many as have names. A range up to an end of the type is not
// one of few.
func (v *valueWriter) few(i typed.Interval) ([]string, bool) {
	count := i.High - i.Low
	if count >= mostNamed {
		return nil, false
	}
	least, most := v.ends()
	short := count == 0 || count < fewValues && i.Low != least && i.High != most
	var list []string
	for k := range count + 1 {
		if (i.Low+k)&^v.top != 0 {
			continue // not a value of the bits of the mask
		}
		text, named := v.value(i.Low + k)
		if !named && !short {
			return nil, false
		}
		list = append(list, text)
	}
	return list, true
}

// ends returns the lowest and the highest value.
func (v *valueWriter) ends() (least, most uint64) {
	if v.signed {
		return 1 << (v.width - 1), 1<<(v.width-1) - 1
	}
	return 0, v.top
}

// interval writes a range, or its opposite, with numbers: the order of names
// says nothing.
func (v *valueWriter) interval(i typed.Interval, not bool) string {
	least, most := v.ends()
	first, last, end := v.number(i.Low), v.number(i.High), i.High+1
	if v.signed {
		end &= v.top // -1 is before 0
	}
	switch {
	case i.Low == least && v.signed && i.High == v.top:
		if not {
			return v.name + " >= 0"
		}
		return v.name + " < 0"
	case i.Low == least && not:
		return v.name + " > " + last
	case i.Low == least:
		return v.name + " <= " + last
	case i.High == most && not:
		return v.name + " < " + first
	case i.High == most:
		return v.name + " >= " + first
	case not:
		return v.name + " not in " + first + ".." + v.number(end)
	}
	return v.name + " in " + first + ".." + v.number(end)
}

// others returns the values that are not in intervals: those of a mask's bits
// that are possible at all are all between 0 and the mask.
func (v *valueWriter) others(values []typed.Interval) []typed.Interval {
	var others []typed.Interval
	next, more := uint64(0), true
	for _, i := range values {
		if i.Low > next {
			others = append(others, typed.Interval{Low: next, High: i.Low - 1})
		}
		next, more = i.High+1, i.High < v.top
	}
	if more {
		others = append(others, typed.Interval{Low: next, High: v.top})
	}
	return others
}

// value writes a value by its name, if it has one.
func (v *valueWriter) value(value uint64) (text string, named bool) {
	if v.width != 0 {
		if text, ok := v.param.Name(value); ok {
			return text, true
		}
	}
	return v.number(value), false
}

func (v *valueWriter) number(value uint64) string {
	switch {
	case v.signed && value>>(v.width-1)&1 == 1:
		return strconv.FormatInt(int64(value<<(64-v.width))>>(64-v.width), 10)
	case v.hex || value >= 1<<12:
		return bitsText(value)
	}
	return strconv.FormatUint(value, 10)
}

// bitsText writes bits, in hexadecimal if there are many.
func bitsText(v uint64) string {
	if v < 10 {
		return strconv.FormatUint(v, 10)
	}
	return hexadecimal(v)
}
