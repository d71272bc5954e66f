package policy_test

import (
	"fmt"
	"strings"

	"sandbox/arch"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// dumpLayer writes a layer, one filter a line in the order of decision.
func dumpLayer(out *strings.Builder, layer *typed.Layer) {
	for _, section := range layer.ABIs {
		fmt.Fprintf(out, "%s\n", section.ABI)
		for i := range section.Filters {
			f := &section.Filters[i]
			fmt.Fprintf(out, "  %s", numbersText(section.ABI, f))
			if f.When != nil {
				fmt.Fprintf(out, " if %s", boolText(f.When))
			}
			fmt.Fprintf(out, " -> %s (%s)", f.Rule.Action, ruleText(f.Rule))
			if f.At != (typed.Position{}) {
				fmt.Fprintf(out, " at %s", positionText(f.At))
			}
			out.WriteByte('\n')
		}
	}
	fmt.Fprintf(out, "others -> %s (%s)\n", layer.Unserved.Action, ruleText(layer.Unserved))
}

func ruleText(r *typed.Rule) string {
	text := fmt.Sprintf("%q", r.Name)
	if r.Implicit {
		text = "implicit " + text
	}
	if r.At != (typed.Position{}) {
		text += " " + positionText(r.At)
	}
	return text
}

func positionText(p typed.Position) string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// numbersText names the calls of a filter if they are few. What is many, and
// which numbers are unknown, changes with the tables; TestUnknown looks there.
func numbersText(abi arch.ABI, f *typed.Filter) string {
	if len(f.Numbers) == 1 && f.Numbers[0] == (typed.NumberRange{First: 0, Last: 0xffffffff}) {
		return "every number"
	}
	if f.Rule.Implicit && strings.HasPrefix(f.Rule.Name, "number unknown") {
		return "unknown numbers"
	}
	var names []string
	for _, r := range f.Numbers {
		for n := r.First; ; n++ {
			call, ok := abi.Numbered(n)
			if !ok {
				names = append(names, rangeText(r))
				break
			}
			names = append(names, call.Name)
			if len(names) > 8 {
				return "many calls"
			}
			if n == r.Last {
				break
			}
		}
	}
	return strings.Join(names, " ")
}

func rangeText(r typed.NumberRange) string {
	if r.First == r.Last {
		return fmt.Sprintf("%#x", r.First)
	}
	return fmt.Sprintf("%#x-%#x", r.First, r.Last)
}

func boolText(b typed.Bool) string {
	switch b := b.(type) {
	case *typed.Predicate:
		return b.Text
	case *typed.NotExpr:
		return "!(" + boolText(b.X) + ")"
	case *typed.AndExpr:
		return boolText(b.X) + " && " + boolText(b.Y)
	case *typed.OrExpr:
		return "(" + boolText(b.X) + " || " + boolText(b.Y) + ")"
	case *typed.Truth:
		return fmt.Sprint(b.Value)
	}
	return fmt.Sprintf("%T", b)
}

func dumpTest(out *strings.Builder, t *policy.Test) {
	fmt.Fprintf(out, "test %q on %s at %s:%d: %d(%x)", t.Name, t.ABI, t.At.File, t.At.Line, int32(t.Call.Nr), t.Call.Args)
	fmt.Fprintf(out, " want %s", t.Want)
	if t.Rule != "" {
		fmt.Fprintf(out, " by %q", t.Rule)
	}
	fmt.Fprintln(out)
}
