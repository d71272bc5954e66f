package typed

import "testing"

// TestArithmetic states what each operation means at the edges of its type.
func TestArithmetic(t *testing.T) {
	const top32, top64 = 0x80000000, 0x8000000000000000
	neg := func(v uint64) uint64 { return -v }
	tests := []struct {
		of   Type
		op   BinaryOp
		a, b uint64
		want uint64
	}{
		{U32, Add, 0xffffffff, 1, 0},
		{U64, Add, 0xffffffff, 1, 0x100000000},
		{U64, Add, neg(1), 1, 0},
		{U32, Sub, 0, 1, 0xffffffff},
		{I64, Sub, 0, 1, neg(1)},
		{U32, Mul, 0x10000, 0x10000, 0},
		{U64, Mul, 0x100000001, 0xffffffff, 0xffffffffffffffff},
		{U32, Div, 0xfffffff9, 2, 0x7ffffffc},
		{I32, Div, 0xfffffff9, 2, 0xfffffffd}, // -7 / 2 is -3
		{I32, Rem, 0xfffffff9, 2, 0xffffffff}, // -7 % 2 is -1
		{I32, Rem, 7, 0xfffffffe, 1},          // 7 % -2 is 1
		{I32, Div, top32, 0xffffffff, top32},  // MIN / -1 wraps
		{I32, Rem, top32, 0xffffffff, 0},
		{I64, Div, top64, neg(1), top64},
		{I64, Rem, neg(7), 4, neg(3)},
		{U32, Shl, 0x80000001, 1, 2},
		{U64, Shl, 0x80000001, 1, 0x100000002},
		{U32, Shr, 0x80000000, 31, 1},
		{I32, Shr, 0x80000000, 31, 0xffffffff},
		{I64, Shr, top64, 63, neg(1)},
		{U64, Shr, top64, 63, 1},
		{U64, BitXor, neg(1), 0xff, neg(0x100)},
		{I32, BitAnd, 0xffffff9c, 0xff, 0x9c},
	}
	for _, test := range tests {
		x := &Binary{Op: test.op, X: &Value{test.of, test.a}, Y: &Value{test.of, test.b}}
		if got := Evaluate(x, &Call{}); got != test.want {
			t.Errorf("%v: %#x op%d %#x is %#x, want %#x", test.of, test.a, test.op, test.b, got, test.want)
		}
	}
}

// TestConversions states how values widen, narrow and change sign.
func TestConversions(t *testing.T) {
	tests := []struct {
		from, to Type
		v, want  uint64
	}{
		{I32, I64, 0xffffff9c, 0xffffffffffffff9c},
		{I32, U64, 0xffffff9c, 0xffffffffffffff9c},
		{U32, I64, 0xffffff9c, 0xffffff9c},
		{U32, U64, 0xffffff9c, 0xffffff9c},
		{U64, U32, 0x1_5412_0001_2345, 0x12345},
		{I64, I32, 0xffffffffffffff9c, 0xffffff9c},
		{U32, I32, 0xffffffff, 0xffffffff},
	}
	for _, test := range tests {
		if got := Evaluate(&Convert{test.to, &Value{test.from, test.v}}, &Call{}); got != test.want {
			t.Errorf("%v to %v: %#x becomes %#x, want %#x", test.from, test.to, test.v, got, test.want)
		}
	}
}

func TestUnary(t *testing.T) {
	tests := []struct {
		of      Type
		op      UnaryOp
		v, want uint64
	}{
		{U32, Complement, 0, 0xffffffff},
		{U64, Complement, 1, 0xfffffffffffffffe},
		{I32, Negate, 0x80000000, 0x80000000},
		{U32, Negate, 1, 0xffffffff},
		{I64, Negate, 100, 0xffffffffffffff9c},
	}
	for _, test := range tests {
		if got := Evaluate(&Unary{test.op, &Value{test.of, test.v}}, &Call{}); got != test.want {
			t.Errorf("%v: op%d of %#x is %#x, want %#x", test.of, test.op, test.v, got, test.want)
		}
	}
}

// TestOrder compares -1 with 1 in every type, and finds both in intervals.
func TestOrder(t *testing.T) {
	for _, of := range []Type{U32, I32, U64, I64} {
		minusOne, one := &Value{of, of.Mask()}, &Value{of, 1}
		holds := func(op CompareOp) bool { return Holds(&Compare{op, minusOne, one}, &Call{}) }
		got := [6]bool{holds(Eq), holds(Ne), holds(Lt), holds(Le), holds(Gt), holds(Ge)}
		want := [6]bool{false, true, of.Signed, of.Signed, !of.Signed, !of.Signed}
		if got != want {
			t.Errorf("%v: -1 compared with 1 by == != < <= > >= gives %v, want %v", of, got, want)
		}
		around := []Interval{{of.Mask(), 1}} // -1 to 1
		if !of.Signed {
			around = []Interval{{0, 1}, {of.Mask(), of.Mask()}}
		}
		for v, want := range map[uint64]bool{of.Mask(): true, 0: true, 1: true, 2: false, of.Mask() - 1: false} {
			if got := Holds(&In{&Value{of, v}, around}, &Call{}); got != want {
				t.Errorf("%v: %#x in -1..1 is %v", of, v, got)
			}
		}
	}
}

// TestWords reads every word of a call.
func TestWords(t *testing.T) {
	c := &Call{Nr: 1, Arch: 2, IP: 4<<32 | 3, Args: [6]uint64{6<<32 | 5, 8<<32 | 7, 10<<32 | 9, 12<<32 | 11, 14<<32 | 13, 16<<32 | 15}}
	for w := WordNr; w <= ArgHigh(5); w++ {
		if got := c.Word(w); got != uint32(w)+1 {
			t.Errorf("word %d is %d", w, got)
		}
	}
	wide := &Load{Low: ArgLow(0), High: ArgLow(1), Wide: true} // split over two registers
	if got := Evaluate(wide, c); got != 7<<32|5 {
		t.Errorf("a value in two registers is %#x", got)
	}
}
