package arch

import "iter"

// A Value is a constant's: Bits as an unsigned number, or, where Signed, as
// the bits of an int64. Only negative constants are Signed.
type Value struct {
	Bits   uint64
	Signed bool
}

// A constant is one row of a table of constants, which is sorted by name.
type constant struct {
	name  string
	value Value
}

// absent marks a constant that most ABIs have and this one has not: negative,
// and yet zero, which no constant is.
var absent = Value{Signed: true}

// exceptions returns the constants in which a differs from the common table.
func (a ABI) exceptions() []constant {
	switch a {
	case X86_64:
		return constantsX8664
	case I386:
		return constantsI386
	case AArch64:
		return constantsAArch64
	case ARM:
		return constantsARM
	case RISCV64:
		return constantsRISCV64
	case S390X:
		return constantsS390X
	case PPC64LE:
		return constantsPPC64LE
	case LoongArch64:
		return constantsLoongArch64
	case MIPS64EL:
		return constantsMIPS64EL
	}
	return nil
}

// Constant finds the kernel's value of a constant on a, such as "O_CREAT". The
// UAPI headers' values count, which differ from libc's in places (F_GETLK on
// i386).
func (a ABI) Constant(name string) (Value, bool) {
	if a == 0 || int(a) >= len(abis) {
		return Value{}, false
	}
	v, ok := lookup(a.exceptions(), name)
	if !ok {
		v, ok = lookup(constants, name)
	}
	if !ok || v == absent {
		return Value{}, false
	}
	return v, true
}

func lookup(table []constant, name string) (Value, bool) {
	low, high := 0, len(table)
	for low < high {
		mid := (low + high) / 2
		switch c := &table[mid]; {
		case c.name == name:
			return c.value, true
		case c.name < name:
			low = mid + 1
		default:
			high = mid
		}
	}
	return Value{}, false
}

// ConstantAnywhere reports whether any ABI has a constant of this name.
func ConstantAnywhere(name string) bool {
	for a := X86_64; int(a) < len(abis); a++ {
		if _, ok := a.Constant(name); ok {
			return true
		}
	}
	return false
}

// ConstantNames yields the name of every constant of any ABI once, sorted.
func ConstantNames() iter.Seq[string] {
	return merged(len(abis), func(list, i int) (string, bool) {
		table := constants // in the place of the zero ABI
		if list > 0 {
			table = ABI(list).exceptions()
		}
		if i >= len(table) {
			return "", false
		}
		return table[i].name, true
	})
}
