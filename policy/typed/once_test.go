package typed_test

import (
	"testing"

	"sandbox/arch"
	"sandbox/policy/typed"
)

var (
	passed  = &typed.Rule{Name: "passed"}
	refused = &typed.Rule{Name: "refused", Action: typed.Action{Kind: typed.Errno, Data: 1}}
	killed  = &typed.Rule{Name: "killed", Action: typed.Action{Kind: typed.KillProcess}}
)

const execve = 59 // on x86_64

func only(number uint32) []typed.NumberRange {
	return []typed.NumberRange{{First: number, Last: number}}
}

var every = []typed.NumberRange{{First: 0, Last: ^uint32(0)}}

// onceLayer allows execve once, and then has other filters decide.
func onceLayer(others ...typed.Filter) *typed.Policy {
	once := &typed.Predicate{X: typed.OncePlaceholder(), Text: typed.OnceText, Once: true}
	filters := append([]typed.Filter{{Numbers: only(execve), When: once, Rule: passed}}, others...)
	return &typed.Policy{Layers: []typed.Layer{{
		ABIs:     []typed.Section{{ABI: arch.X86_64, Filters: filters}},
		Unserved: killed,
	}}}
}

func call(number uint32, args ...uint64) *typed.Call {
	c := &typed.Call{Nr: number, Arch: arch.X86_64.Audit()}
	copy(c.Args[:], args)
	return c
}

// TestWithOnce moves the call that once() is true of, and leaves the policy
// itself alone.
func TestWithOnce(t *testing.T) {
	p := onceLayer(typed.Filter{Numbers: every, Rule: refused})
	placeholders := typed.OncePlaceholders()
	addresses := [3]uint64{0x1122_3344_5566, 0x2233_4455_6678, 0x3344_5566_7780}
	constant := func(value bool) typed.Bool { return &typed.Truth{Value: value} }
	for _, test := range []struct {
		name   string
		policy *typed.Policy
		args   [3]uint64
		passes bool
		asks   bool
	}{
		{"as loaded", p, placeholders, true, true},
		{"as loaded, elsewhere", p, addresses, false, true},
		{"with addresses", p.WithOnce(typed.OnceAt(addresses)), addresses, true, true},
		{"with addresses, of the placeholders", p.WithOnce(typed.OnceAt(addresses)), placeholders, false, true},
		{"always", p.WithOnce(constant(true)), [3]uint64{}, true, false},
		{"over", p.WithOnce(constant(false)), placeholders, false, false},
		{"over, of nothing", p.WithOnce(constant(false)), [3]uint64{}, false, false},
		{"over stays over", p.WithOnce(constant(false)).WithOnce(typed.OnceAt(addresses)), addresses, false, false},
	} {
		if got := test.policy.Decide(call(execve, test.args[:]...)).Action.Kind == typed.Allow; got != test.passes {
			t.Errorf("%s: execve passes: %v, want %v", test.name, got, test.passes)
		}
		if got := test.policy.AsksOnce(); got != test.asks {
			t.Errorf("%s: AsksOnce() = %v, want %v", test.name, got, test.asks)
		}
	}
}

// TestEraseOnce leaves nothing of the addresses.
func TestEraseOnce(t *testing.T) {
	addresses := [3]uint64{0x1122_3344_5566, 0x2233_4455_6678, 0x3344_5566_7780}
	meaning := typed.OnceAt(addresses)
	p := onceLayer(typed.Filter{Numbers: every, Rule: refused}).WithOnce(meaning)
	typed.EraseOnce(meaning)
	if p.Decide(call(execve, addresses[:]...)).Action.Kind == typed.Allow {
		t.Error("the addresses are known still")
	}
	if p.Decide(call(execve, 0, 0, 0)).Action.Kind != typed.Allow {
		t.Error("some bits are left")
	}
}

// TestTwoOfThree has each register wrong in turn, by one bit.
func TestTwoOfThree(t *testing.T) {
	placeholder := onceLayer(typed.Filter{Numbers: every, Rule: refused})
	for _, p := range []*typed.Policy{placeholder, placeholder.WithOnce(typed.OnceAt(typed.OncePlaceholders()))} {
		for i := range 3 {
			for bit := range 64 {
				args := typed.OncePlaceholders()
				args[i] ^= 1 << bit
				if p.Decide(call(execve, args[:]...)).Action.Kind == typed.Allow {
					t.Errorf("execve passes with bit %d of register %d wrong", bit, i)
				}
			}
		}
	}
}

func TestOnceElse(t *testing.T) {
	condition := &typed.Compare{Op: typed.Eq, X: &typed.Load{Low: typed.ArgLow(2)}, Y: &typed.Value{Of: typed.U32}}
	rest := typed.Filter{Numbers: every, Rule: refused}
	two := func(a, b *typed.Policy) *typed.Policy {
		return &typed.Policy{Layers: []typed.Layer{a.Layers[0], b.Layers[0]}}
	}
	for _, test := range []struct {
		name   string
		policy *typed.Policy
		want   typed.Action
		varies bool
	}{
		{name: "the default", policy: onceLayer(rest), want: refused.Action},
		{name: "a filter", policy: onceLayer(typed.Filter{Numbers: only(execve), Rule: killed}, rest), want: killed.Action},
		{name: "a filter about another call", policy: onceLayer(typed.Filter{Numbers: only(1), Rule: killed}, rest), want: refused.Action},
		{name: "a condition", policy: onceLayer(typed.Filter{Numbers: only(execve), When: condition, Rule: killed}, rest), varies: true},
		{name: "the stronger of two", policy: two(onceLayer(rest), onceLayer(typed.Filter{Numbers: every, Rule: killed})), want: killed.Action},
		{name: "a layer that allows", policy: two(onceLayer(rest), onceLayer(typed.Filter{Numbers: every, Rule: passed})), want: refused.Action},
		{name: "nothing but once()", policy: onceLayer(), varies: true},
	} {
		got, ok := test.policy.OnceElse(arch.X86_64)
		if ok == test.varies || ok && got != test.want {
			t.Errorf("%s: %v, %v", test.name, got, ok)
		}
	}
}

// TestOncePolicy is about nothing but execve of the machine's own ABI.
func TestOncePolicy(t *testing.T) {
	addresses := [3]uint64{0x1122_3344_5566, 0x2233_4455_6678, 0x3344_5566_7780}
	p := typed.OncePolicy(arch.X86_64, typed.OnceAt(addresses), typed.Action{Kind: typed.Errno, Data: 13})
	for _, test := range []struct {
		name string
		call *typed.Call
		want typed.Action
	}{
		{"the start", call(execve, addresses[:]...), typed.Action{}},
		{"two of three", call(execve, addresses[0], addresses[1], 0), typed.Action{Kind: typed.Errno, Data: 13}},
		{"another call", call(1, 2, 3), typed.Action{}},
		{"x32", call(520 | arch.X32Bit), typed.Action{}},
		{"i386", &typed.Call{Nr: 11, Arch: arch.I386.Audit()}, typed.Action{}},
	} {
		if got := p.Decide(test.call).Action; got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
