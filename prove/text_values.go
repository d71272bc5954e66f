package prove

import (
	"strconv"
	"strings"

	"sandbox/policy/typed"
)

// valueText writes which values an expression has.
type valueText struct {
	name   string
	top    uint64 // the highest value, if unsigned
	bits   int
	signed bool
	hex    bool
}

func (v *valueText) text(values []typed.Interval, not bool) (string, precedence) {
	var singles, ranges []string
	weakest := single
	for _, i := range values {
		if i.High-i.Low < v.listed(i) {
			for k := range i.High - i.Low + 1 {
				singles = append(singles, v.value(i.Low+k))
			}
			continue
		}
		text, p := v.interval(i, not && len(values) == 1)
		ranges = append(ranges, text)
		weakest = min(weakest, p)
	}
	switch {
	case len(ranges) == 0 && len(singles) == 1:
		if not {
			return v.name + " != " + singles[0], single
		}
		return v.name + " == " + singles[0], single
	case len(ranges) == 0 && not:
		return v.name + " not in {" + strings.Join(singles, ", ") + "}", single
	case len(ranges) == 1 && len(singles) == 0:
		return ranges[0], weakest
	case len(singles) == 1:
		ranges = append(ranges, v.name+" == "+singles[0])
	case len(singles) > 1:
		ranges = append(ranges, v.name+" in {"+strings.Join(singles, ", ")+"}")
	}
	text := strings.Join(ranges, " || ")
	if not {
		return "!(" + text + ")", single
	}
	if len(ranges) == 1 {
		return text, single
	}
	return text, disjunction
}

// listed returns how many values of an interval are better listed: short ranges
// within the type.
func (v *valueText) listed(i typed.Interval) uint64 {
	least, most := v.ends()
	if i.Low == least || i.High == most {
		return 1
	}
	return 4
}

// ends returns the lowest and the highest value.
func (v *valueText) ends() (least, most uint64) {
	if v.signed {
		return 1 << (v.bits - 1), 1<<(v.bits-1) - 1
	}
	return 0, v.top
}

// interval writes a range, or its opposite.
func (v *valueText) interval(i typed.Interval, not bool) (string, precedence) {
	least, most := v.ends()
	below, above := v.name+" < "+v.value(i.Low), v.name+" > "+v.value(i.High)
	from, to := v.name+" >= "+v.value(i.Low), v.name+" <= "+v.value(i.High)
	switch {
	case i.Low == least && not:
		return above, single
	case i.Low == least && v.signed && i.High == v.top:
		return v.name + " < 0", single
	case i.Low == least:
		return to, single
	case i.High == most && not:
		return below, single
	case i.High == most:
		return from, single
	case not:
		return below + " || " + above, disjunction
	}
	return from + " && " + to, conjunction
}

func (v *valueText) value(bits uint64) string {
	if v.signed && bits>>(v.bits-1)&1 == 1 {
		return strconv.FormatInt(int64(bits<<(64-v.bits))>>(64-v.bits), 10)
	}
	if v.hex {
		return bitsText(bits)
	}
	if bits < 1<<12 {
		return strconv.FormatUint(bits, 10)
	}
	return bitsText(bits)
}

// bitsText writes bits, in hexadecimal if there are many.
func bitsText(v uint64) string {
	if v < 10 {
		return strconv.FormatUint(v, 10)
	}
	return "0x" + strconv.FormatUint(v, 16)
}
