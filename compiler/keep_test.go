package compiler

import (
	"errors"
	"testing"

	"sandbox/arch"
	"sandbox/internal/policygen"
	"sandbox/policy/typed"
)

func and(x, y typed.Bool) typed.Bool { return &typed.AndExpr{X: x, Y: y} }
func or(x, y typed.Bool) typed.Bool  { return &typed.OrExpr{X: x, Y: y} }

// TestKept shows what is kept in scratch memory from one test to another.
func TestKept(t *testing.T) {
	tripled := binary(typed.Mul, arg32(0), value(typed.U32, 3))
	mixed := binary(typed.BitXor, binary(typed.Div, arg32(0), value(typed.U32, 3)), binary(typed.BitXor, arg32(0), arg32(1)))
	is := func(x typed.Int, k int64) typed.Bool { return compare(typed.Eq, x, value(typed.U32, k)) }
	below := func(x typed.Int, k int64) typed.Bool { return compare(typed.Lt, x, value(x.Type(), k)) }
	atLeast := func(x typed.Int, k int64) typed.Bool { return compare(typed.Ge, x, value(x.Type(), k)) }
	same := func(i, j int) typed.Bool { return compare(typed.Eq, arg32(i), arg32(j)) } // needs X
	tests := []struct {
		name string
		when typed.Bool
		want string
	}{
		{
			"the accumulator still holds it", or(is(tripled, 9), is(tripled, 12)),
			"ld [16]; mul #0x3; jeq #0x9, 1, 0; jeq #0xc, 0, 1; allow; deny; kill",
		},
		{
			"it does on one way, which passes over the load", or(and(is(tripled, 9), compareEq(1, 1)), and(or(is(tripled, 12), compareEq(2, 2)), atLeast(tripled, 5))),
			"ld [16]; mul #0x3; jeq #0x9, 0, 4; ld [24]; jeq #0x1, 8, 0; ld [16]; mul #0x3; jeq #0xc, 5, 0; ld [32]; jeq #0x2, 0, 4; ld [16]; mul #0x3; jge #0x5, 0, 1; allow; deny; kill",
		},
		{
			"two instructions are not worth it", or(and(below(tripled, 9), compareEq(2, 1)), and(atLeast(tripled, 5), compareEq(3, 1))),
			"ld [16]; mul #0x3; jge #0x9, 5, 0; ld [32]; jeq #0x1, 5, 0; ld [16]; mul #0x3; jge #0x5, 0, 3; ld [40]; jeq #0x1, 0, 1; allow; deny; kill",
		},
		{
			"X still holds a part", or(and(below(mixed, 9), compareEq(2, 1)), and(atLeast(mixed, 5), compareEq(3, 1))),
			"ld [24]; tax; ld [16]; xor x; tax; ld [16]; div #0x3; xor x; jge #0x9, 6, 0; ld [32]; jeq #0x1, 6, 0; ld [16]; div #0x3; xor x; jge #0x5, 0, 3; ld [40]; jeq #0x1, 0, 1; allow; deny; kill",
		},
		{
			"stored", or(and(below(mixed, 9), same(2, 3)), and(atLeast(mixed, 5), compareEq(4, 1))),
			"ld [24]; tax; ld [16]; xor x; tax; ld [16]; div #0x3; xor x; st M[15]; jge #0x9, 6, 0; ld [40]; tax; ld [32]; jeq x, 4, 0; ld M[15]; jge #0x5, 0, 3; ld [48]; jeq #0x1, 0, 1; allow; deny; kill",
		},
		{
			"stored on both ways to where it is loaded",
			and(or(and(atLeast(arg32(2), 9), atLeast(mixed, 3)), below(mixed, 1<<30)), and(compare(typed.Ge, arg32(3), arg32(4)), atLeast(mixed, 1<<20))),
			"ld [32]; jge #0x9, 0, 10; ld [24]; tax; ld [16]; xor x; tax; ld [16]; div #0x3; xor x; st M[15]; jge #0x3, 10, 17; ld [24]; tax; ld [16]; xor x; tax; ld [16]; div #0x3; xor x; st M[15]; jge #0x40000000, 7, 0; ld [48]; tax; ld [40]; jge x, 0, 3; ld M[15]; jge #0x100000, 0, 1; allow; deny; kill",
		},
		{
			"not stored where it is not needed again", or(and(compareEq(2, 1), atLeast(mixed, 3)), and(atLeast(mixed, 4), or(same(3, 4), atLeast(mixed, 20)))),
			"ld [32]; jeq #0x1, 0, 9; ld [24]; tax; ld [16]; xor x; tax; ld [16]; div #0x3; xor x; jge #0x3, 16, 17; ld [24]; tax; ld [16]; xor x; tax; ld [16]; div #0x3; xor x; st M[15]; jge #0x4, 0, 7; ld [48]; tax; ld [40]; jeq x, 2, 0; ld M[15]; jge #0x14, 0, 1; allow; deny; kill",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := body(t, arch.X86_64, test.when); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// withoutKeeping is the compiler without scratch memory between tests.
func withoutKeeping() []pass {
	list := append([]pass(nil), passes[:]...)
	for i := range list {
		if list[i].name == "select" {
			list[i].run = func(c *compilation) error {
				c.selected = c.newSelection(nil)
				_, err := c.selected.run()
				return err
			}
		}
	}
	return list
}

// TestKeepingNeverCosts compares programs with and without words that are kept:
// no call's longest way may get longer, and no program larger.
func TestKeepingNeverCosts(t *testing.T) {
	shorter, programs := 0, 0
	check := func(name string, p *typed.Policy) {
		kept, err := Compile(p)
		if err != nil {
			return
		}
		plain, err := Options{}.compile(p, withoutKeeping())
		if err != nil {
			if !errors.Is(err, errScratch) {
				t.Fatalf("%s: %v", name, err)
			}
			return
		}
		programs++
		if kept.Program.Len() > plain.Program.Len() {
			t.Errorf("%s: %d instructions, %d without", name, kept.Program.Len(), plain.Program.Len())
		}
		for _, abi := range p.ABIs() {
			for nr := range uint32(20) {
				with, without := kept.Program.Cost(abi.Audit(), nr).Instructions, plain.Program.Cost(abi.Audit(), nr).Instructions
				if with > without {
					t.Errorf("%s: number %d on %s takes %d instructions, %d without", name, nr, abi, with, without)
				}
				if with < without {
					shorter++
				}
			}
		}
	}
	for _, p := range corpus(t) {
		check(p.name, p.typed)
	}
	for seed := range uint64(400) {
		check("random", policygen.New(seed).Policy(machines[seed%uint64(len(machines))]...))
	}
	t.Logf("%d programs, %d longest ways got shorter", programs, shorter)
	if shorter == 0 {
		t.Error("nothing is ever kept")
	}
}
