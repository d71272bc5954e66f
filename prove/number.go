package prove

// A number is a symbolic integer: for each of its bits, the lowest first, the
// function of the input that the bit is.
type number []diagram

// constant returns a number that does not depend on the input.
func constant(v uint64, bits int) number {
	n := make(number, bits)
	for i := range n {
		n[i] = diagram(v >> i & 1) // never or always
	}
	return n
}

// constantOf returns the value of a number that does not depend on the input.
func constantOf(n number) (v uint64, ok bool) {
	for i, bit := range n {
		if bit > always {
			return 0, false
		}
		v |= uint64(bit) << i
	}
	return v, true
}

func (d *diagrams) bitwise(op func(f, g diagram) diagram, a, b number) number {
	out := make(number, len(a))
	for i := range a {
		out[i] = op(a[i], b[i])
	}
	return out
}

func (d *diagrams) complement(a number) number {
	out := make(number, len(a))
	for i := range a {
		out[i] = d.not(a[i])
	}
	return out
}

// add returns a + b + carry.
func (d *diagrams) add(a, b number, carry diagram) number {
	out := make(number, len(a))
	for i := range a {
		half := d.xor(a[i], b[i])
		out[i] = d.xor(half, carry)
		carry = d.choose(half, carry, a[i])
	}
	return out
}

func (d *diagrams) subtract(a, b number) number { return d.add(a, d.complement(b), always) }

func (d *diagrams) negate(a number) number {
	return d.subtract(constant(0, len(a)), a)
}

// multiply adds shifted copies of a for the bits of b, or of b for the bits of
// a: best if one of them is constant.
func (d *diagrams) multiply(a, b number) number {
	if _, ok := constantOf(a); ok {
		a, b = b, a
	}
	out := constant(0, len(a))
	for i, bit := range b {
		if bit == never {
			continue
		}
		partial := shiftLeft(a, i)
		for k := range partial {
			partial[k] = d.and(bit, partial[k])
		}
		out = d.add(out, partial, never)
	}
	return out
}

// divide is long division of unsigned numbers, from the highest bit. The
// divisor must not be 0 anywhere.
func (d *diagrams) divide(a, b number) (quotient, remainder number) {
	bits := len(a)
	quotient = make(number, bits)
	rest := constant(0, bits+1) // one bit more: the doubled rest may not fit
	divisor := append(append(number(nil), b...), never)
	for i := bits - 1; i >= 0; i-- {
		rest = shiftLeft(rest, 1)
		rest[0] = a[i]
		fits := d.not(d.below(rest, divisor))
		difference := d.subtract(rest, divisor)
		for k := range rest {
			rest[k] = d.choose(fits, difference[k], rest[k])
		}
		quotient[i] = fits
	}
	return quotient, rest[:bits]
}

// shiftLeft shifts zeros in.
func shiftLeft(a number, n int) number {
	out := constant(0, len(a))
	if n < len(a) {
		copy(out[n:], a[:len(a)-n])
	}
	return out
}

// shiftRight shifts copies of fill in.
func shiftRight(a number, n int, fill diagram) number {
	out := make(number, len(a))
	for i := range out {
		out[i] = fill
		if i+n < len(a) {
			out[i] = a[i+n]
		}
	}
	return out
}

// equal tells where a == b.
func (d *diagrams) equal(a, b number) diagram {
	same := always
	for i := range a {
		same = d.and(same, d.not(d.xor(a[i], b[i])))
	}
	return same
}

// below tells where a < b, both unsigned.
func (d *diagrams) below(a, b number) diagram {
	less := never
	for i := range a { // a higher bit that differs overrules the lower ones
		less = d.choose(d.xor(a[i], b[i]), b[i], less)
	}
	return less
}

// nonzero tells where a != 0.
func (d *diagrams) nonzero(a number) diagram {
	some := never
	for i := range a {
		some = d.or(some, a[i])
	}
	return some
}
