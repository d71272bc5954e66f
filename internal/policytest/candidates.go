package policytest

import (
	"slices"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// candidates are the values that are worth a try in each register, the most
// telling ones first. Those of registers that no condition reads are empty.
type candidates struct {
	abi  arch.ABI
	args [6][]uint64
	ip   bool // a condition reads the instruction pointer
}

// collect adds the candidates of a condition: for each comparison, its
// constants and their neighbours, for the registers that it reads.
func (c *candidates) collect(b typed.Bool) {
	switch b := b.(type) {
	case *typed.NotExpr:
		c.collect(b.X)
	case *typed.AndExpr:
		c.collect(b.X)
		c.collect(b.Y)
	case *typed.OrExpr:
		c.collect(b.X)
		c.collect(b.Y)
	case *typed.Predicate:
		if b.Once { // all right, or nothing: no address is telling beside another
			for i, address := range typed.OncePlaceholders() {
				c.value(i, 0, typed.U64)
				c.value(i, address, typed.U64)
			}
			return
		}
		c.collect(b.X)
	case *typed.Compare:
		var o operands
		o.collect(b.Y) // x & mask == wanted: what is wanted tells more
		o.collect(b.X)
		c.add(&o)
	case *typed.In:
		var o operands
		o.collect(b.X)
		for _, in := range b.Intervals {
			o.constants = append(o.constants, constant{b.X.Type(), in.Low}, constant{b.X.Type(), in.High})
		}
		c.add(&o)
	}
}

// add adds the values that operands suggest for the registers among them.
func (c *candidates) add(o *operands) {
	c.ip = c.ip || o.ip
	for i := range c.args {
		if !o.registers[i] {
			continue
		}
		for _, k := range o.constants {
			for _, shift := range o.shifts {
				c.value(i, k.bits<<shift, k.of)
				c.value(i, (k.bits+1)<<shift, k.of)
			}
			c.value(i, k.bits, k.of)
			c.value(i, k.bits+1, k.of)
			if k.bits != 0 || k.of.Signed {
				c.value(i, k.bits-1, k.of)
			}
		}
		for _, k := range o.constants {
			c.value(i, ^k.bits, k.of)
		}
		c.value(i, 0, typed.U64)
		c.value(i, 1, typed.U64)
		c.value(i, ^uint64(0), typed.U64)
	}
}

// value adds a value of a type to a register's candidates, as such and with
// its sign repeated above.
func (c *candidates) value(register int, bits uint64, of typed.Type) {
	values := [2]uint64{bits & of.Mask(), bits & of.Mask()}
	if of.Bits == 32 {
		values[1] = uint64(int64(int32(bits)))
	}
	if of.Signed {
		values[0], values[1] = values[1], values[0] // as a program would pass it
	}
	for _, v := range values {
		if c.abi.Bits() == 32 {
			v &= 0xffffffff
		}
		if !slices.Contains(c.args[register], v) {
			c.args[register] = append(c.args[register], v)
		}
	}
}

// operands are what a comparison is made of.
type operands struct {
	registers [6]bool
	constants []constant
	shifts    []uint64
	ip        bool
}

type constant struct {
	of   typed.Type
	bits uint64
}

// collect adds the parts of an integer expression.
func (o *operands) collect(x typed.Int) {
	switch x := x.(type) {
	case *typed.Value:
		o.constants = append(o.constants, constant{x.Of, x.Bits})
	case *typed.Load:
		o.load(x.Low)
		if x.Wide {
			o.load(x.High)
		}
	case *typed.Convert:
		o.collect(x.X)
	case *typed.Unary:
		o.collect(x.X)
	case *typed.Binary:
		o.collect(x.X)
		shift, ok := x.Y.(*typed.Value)
		if ok && (x.Op == typed.Shl || x.Op == typed.Shr) {
			o.shifts = append(o.shifts, shift.Bits)
		} else {
			o.collect(x.Y)
		}
	}
}

func (o *operands) load(w typed.Word) {
	if i, _, ok := w.Arg(); ok {
		o.registers[i] = true
	}
	o.ip = o.ip || w == typed.WordIPLow || w == typed.WordIPHigh
}
