package compiler

import (
	"errors"
	"testing"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// TestBudgetPath names only filters about the call, of which another one's
// return is the end.
func TestBudgetPath(t *testing.T) {
	openat, _ := arch.X86_64.Syscall("openat")
	write, _ := arch.X86_64.Syscall("write")
	p := policyOf(arch.X86_64,
		allowing(&typed.AndExpr{X: compareEq(2, 1), Y: compareEq(3, 3)}, typed.NumberRange{First: openat.Number, Last: openat.Number}),
		allowing(compareEq(0, 1), typed.NumberRange{First: write.Number, Last: write.Number}),
	)
	p.Layers[0].Budget = &typed.Budget{Tests: 1}
	_, err := Compile(p)
	var over *BudgetError
	if !errors.As(err, &over) {
		t.Fatal(err)
	}
	if len(over.Path) != 1 || over.Path[0] != &p.Layers[0].ABIs[0].Filters[0] {
		t.Errorf("the longest way goes by %d filters", len(over.Path))
	}
}

// TestBudget compiles with the least budget that suffices, and one below it.
func TestBudget(t *testing.T) {
	openat, _ := arch.X86_64.Syscall("openat")
	at := []typed.NumberRange{{First: openat.Number, Last: openat.Number}}
	p := policyOf(arch.X86_64,
		allowing(compare(typed.Eq, arg64(0), value(typed.U64, 7)), at...), // 2 tests: a word each
		allowing(&typed.OrExpr{X: compareEq(2, 1), Y: compareEq(2, 5)}, at...),
	)
	for i := range 2 {
		p.Layers[0].ABIs[0].Filters[i].At = typed.Position{File: "p.toml", Line: 5 + i, Column: 3}
	}
	p.Layers[0].Budget = &typed.Budget{Tests: 4, At: typed.Position{File: "p.toml", Line: 2, Column: 10}}
	if _, err := Compile(p); err != nil {
		t.Errorf("with a budget of 4: %v", err)
	}
	p.Layers[0].Budget.Tests = 3
	_, err := Compile(p)
	var over *BudgetError
	if !errors.As(err, &over) || over.Tests != 4 || over.Number != openat.Number {
		t.Fatalf("with a budget of 3: %v", err)
	}
	const want = "p.toml:2:10: openat on x86_64 can take 4 tests, the budget is 3; the longest way goes by the filters: p.toml:5:3, p.toml:6:3"
	if err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
