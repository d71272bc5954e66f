package prove

import (
	"reflect"
	"slices"
	"testing"

	"sandbox/arch"
	"sandbox/internal/policygen"
	"sandbox/policy/typed"
)

// meaningless are the fields of a policy that decide nothing.
var meaningless = []string{
	"Layer.Name", "Layer.Budget", "Filter.At", "Filter.Text",
	"Rule.Name", "Rule.Reason", "Rule.Implicit", "Rule.At",
	"Predicate.At", "Predicate.Once", "Predicate.Text", "Predicate.Operands",
}

// allNodes is a policy with every type and every field.
func allNodes() *typed.Policy {
	value := &typed.Value{Of: typed.U64, Bits: 7}
	wide := &typed.Load{Low: typed.ArgLow(0), High: typed.ArgHigh(0), Wide: true}
	narrow := &typed.Load{Low: typed.ArgLow(1)}
	when := &typed.OrExpr{
		X: &typed.AndExpr{
			X: &typed.NotExpr{X: &typed.Truth{Value: true}},
			Y: &typed.Compare{Op: typed.Lt, X: wide, Y: value},
		},
		Y: &typed.Predicate{
			X: &typed.In{
				X: &typed.Convert{To: typed.U64, X: &typed.Unary{
					Op: typed.Negate,
					X:  &typed.Binary{Op: typed.BitAnd, X: narrow, Y: &typed.Value{Of: typed.U32, Bits: 1}},
				}},
				Intervals: []typed.Interval{{Low: 1, High: 2}, {Low: 4, High: 4}},
			},
			At:       typed.Position{File: "f", Line: 1, Column: 1},
			Text:     "text",
			Operands: []typed.Operand{{Text: "x", Value: &typed.Value{Of: typed.U64}}},
		},
	}
	rule := &typed.Rule{Name: "n", Reason: "r", Action: typed.Action{Kind: typed.Errno, Data: 1}, At: typed.Position{File: "f", Line: 1, Column: 1}}
	return &typed.Policy{Layers: []typed.Layer{{
		Name: "l",
		ABIs: []typed.Section{{ABI: arch.X86_64, Filters: []typed.Filter{
			{Numbers: []typed.NumberRange{{First: 0, Last: 3}, {First: 5, Last: 9}}, When: when, Rule: rule, At: typed.Position{File: "f", Line: 1, Column: 1}, Text: "t"},
			{Numbers: []typed.NumberRange{{First: 0, Last: 0xffffffff}}, Rule: &typed.Rule{}},
		}}},
		Unserved: &typed.Rule{Action: typed.Action{Kind: typed.KillProcess}},
		Budget:   &typed.Budget{Tests: 1, At: typed.Position{File: "f", Line: 1, Column: 1}},
	}}}
}

// TestDigestIsTheMeaning changes every field of a policy, one after another:
// the digest changes, unless the field is one of those that decide nothing. So
// a field that is added to the checked policy cannot be forgotten.
func TestDigestIsTheMeaning(t *testing.T) {
	p := allNodes()
	want, err := DigestOf(p)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	change := func(field string, matters bool) {
		seen[field] = true
		got, err := DigestOf(p)
		if err != nil {
			t.Errorf("%s: %v", field, err)
		}
		if (got != want) != matters {
			t.Errorf("%s: the digest changed: %v, want %v", field, got != want, matters)
		}
	}
	var walk func(v reflect.Value, field string, matters bool)
	walk = func(v reflect.Value, field string, matters bool) {
		switch v.Kind() {
		case reflect.Pointer, reflect.Interface:
			if !v.IsNil() {
				walk(v.Elem(), field, matters)
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i), field, matters)
			}
			if n := v.Len(); n > 0 && matters {
				old := v.Interface()
				v.Set(v.Slice(0, n-1))
				change(field+" shorter", true)
				v.Set(reflect.ValueOf(old))
			}
		case reflect.Struct:
			for i := range v.NumField() {
				name := v.Type().Name() + "." + v.Type().Field(i).Name
				walk(v.Field(i), name, matters && !slices.Contains(meaningless, name))
			}
		case reflect.Bool:
			v.SetBool(!v.Bool())
			change(field, matters)
			v.SetBool(!v.Bool())
		case reflect.String:
			old := v.String()
			v.SetString(old + "x")
			change(field, matters)
			v.SetString(old)
		case reflect.Int:
			v.SetInt(v.Int() + 1)
			change(field, matters)
			v.SetInt(v.Int() - 1)
		case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
			old := v.Uint()
			v.SetUint(old ^ 1)
			change(field, matters)
			v.SetUint(old)
		default:
			t.Errorf("%s is a %v, which this test does not know", field, v.Kind())
		}
	}
	walk(reflect.ValueOf(p), "Policy", true)
	if got, _ := DigestOf(p); got != want {
		t.Fatal("the walk did not put everything back")
	}
	for _, field := range []string{"Load.Wide", "Binary.Op", "Interval.High", "Action.Data", "Section.ABI", "Value.Bits", "Type.Signed", "Layer.Name", "Policy.Layers shorter"} {
		if !seen[field] {
			t.Errorf("the walk did not come to %s", field)
		}
	}
}

// TestDigestsDiffer: the same policy always has the same digest, and random ones
// hardly ever share one, as only the smallest of them are alike.
func TestDigestsDiffer(t *testing.T) {
	seen := map[Digest]bool{}
	const policies = 500
	for seed := range uint64(policies) {
		d, err := DigestOf(policygen.New(seed).Policy(machines[seed%3]...))
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := DigestOf(policygen.New(seed).Policy(machines[seed%3]...)); again != d {
			t.Errorf("seed %d: %v, and then %v", seed, d, again)
		}
		if parsed, ok := parseDigest(d.String()); !ok || parsed != d {
			t.Errorf("%v is read back as %v", d, parsed)
		}
		seen[d] = true
	}
	if len(seen) < policies*9/10 {
		t.Errorf("%d policies have %d digests", policies, len(seen))
	}
}

func TestDigestOfUnknownNode(t *testing.T) {
	p := allNodes()
	p.Layers[0].ABIs[0].Filters[0].When = nil
	if _, err := DigestOf(p); err != nil {
		t.Errorf("the control: %v", err)
	}
	p.Layers[0].ABIs[0].Filters[0].When = &typed.NotExpr{}
	if _, err := DigestOf(p); err != errNoDigest {
		t.Errorf("a missing node: %v", err)
	}
}
