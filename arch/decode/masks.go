package decode

import (
	"math/bits"
	"strconv"
)

// Bits writes the two sides of "parameter & mask == value" with names:
// "O_ACCMODE" and "O_WRONLY", "~(PROT_READ | PROT_WRITE)" and "0". A mask of more
// than one name stands in parentheses; a value does not need them. Both are those
// of the parameter's width. It fails if the mask has no names.
func (p Parameter) Bits(mask, value uint64) (maskText, valueText string, ok bool) {
	v := p.vocabulary()
	if v == nil {
		return "", "", false
	}
	direct := p.maskNames(v, mask)
	opposite := p.maskNames(v, mask^ones(p.width()))
	switch {
	case opposite.named() && (!direct.named() || opposite.count < direct.count) && bits.OnesCount64(mask) > bits.OnesCount64(mask^ones(p.width())):
		maskText = "~" + opposite.grouped()
	case direct.count > direct.strange:
		maskText = direct.grouped()
	default:
		return "", "", false
	}
	return maskText, p.maskedValue(v, mask, value), true
}

// A maskWriter writes a mask; strange counts what has no name.
type maskWriter struct {
	writer
	strange int
}

// named reports whether the mask consists of names.
func (w *maskWriter) named() bool { return w.count > 0 && w.strange == 0 }

func (w *maskWriter) grouped() string {
	if w.count == 1 {
		return string(w.text)
	}
	return "(" + string(w.text) + ")"
}

func (p Parameter) maskNames(v *vocabulary, mask uint64) maskWriter {
	w := maskWriter{}
	rest := mask
	for i := range v.parts {
		t := &tables[v.parts[i].on[p.abi]]
		switch v.parts[i].how {
		case choice:
			switch field := t.mask & ones(p.width()); {
			case t.whole() || field == 0 || field&^rest != 0:
			case t.name != "":
				w.name(t.name)
				rest &^= field
			case rest == field:
				w.name(hex(field)) // a mask without a name, of choices that have some
				rest = 0
			}
		case flags:
			rest = w.flags(t, rest)
		}
	}
	if rest == 0 {
		return w
	}
	if v.isOctal() {
		w.name("0" + strconv.FormatUint(rest, 8))
	} else {
		w.name(hex(rest))
		w.strange++
	}
	return w
}

// maskedValue writes what the bits of a mask are.
func (p Parameter) maskedValue(v *vocabulary, mask, value uint64) string {
	w := writer{}
	rest := value
	for i := range v.parts {
		t := &tables[v.parts[i].on[p.abi]]
		switch field := t.mask & ones(p.width()); v.parts[i].how {
		case choice:
			if t.whole() || field == 0 || field&^mask != 0 || value == 0 && field != mask {
				continue
			}
			if word, found := t.find(int64(value & field)); found {
				w.name(word.name)
				rest &^= field
			}
		case flags:
			rest = w.flags(t, rest&^v.fields(p.abi)) | rest&v.fields(p.abi)
		}
	}
	switch {
	case rest == 0 && w.count > 0:
	case v.isOctal() && rest != 0:
		w.name("0" + strconv.FormatUint(rest, 8))
	default:
		w.name(bitsText(rest))
	}
	return string(w.text)
}

// bitsText writes bits, in hexadecimal if there are many.
func bitsText(v uint64) string {
	if v < 10 {
		return strconv.FormatUint(v, 10)
	}
	return hex(v)
}

// Choices writes "parameter & mask == value", where the mask is a part of the
// bits that make one choice, as a test of all those bits: "mode & 0xb000 ==
// 0x2000" is that mode & S_IFMT is S_IFCHR or S_IFBLK. It fails if one of the
// values has no name.
func (p Parameter) Choices(mask, value uint64) (field string, names []string, ok bool) {
	v := p.vocabulary()
	if v == nil {
		return "", nil, false
	}
	for i := range v.parts {
		t := &tables[v.parts[i].on[p.abi]]
		all := t.mask & ones(p.width())
		if v.parts[i].how != choice || t.name == "" || mask&^all != 0 || mask == all {
			continue
		}
		for j := range t.words {
			if w := &t.words[j]; uint64(w.value)&mask == value {
				names = append(names, w.name)
			}
		}
		free := bits.OnesCount64(all &^ mask)
		return t.name, names, free < 4 && len(names) == 1<<free
	}
	return "", nil, false
}
