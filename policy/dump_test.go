package policy_test

import (
	"fmt"
	"strings"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// dumpLayer writes a layer, one filter a line in the order of decision.
func dumpLayer(out *strings.Builder, layer *typed.Layer) {
	for _, section := range layer.ABIs {
		fmt.Fprintf(out, "%s\n", section.ABI)
		for i := range section.Filters {
			f := &section.Filters[i]
			fmt.Fprintf(out, "  %s", numbersText(section.ABI, f.Numbers))
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

// numbersText names the calls of small selections; of the numbers that no
// table has it shows the first and the last range.
func numbersText(abi arch.ABI, ranges []typed.NumberRange) string {
	if len(ranges) == 1 && ranges[0] == (typed.NumberRange{First: 0, Last: 0xffffffff}) {
		return "every number"
	}
	var names []string
	for _, r := range ranges {
		for n := r.First; ; n++ {
			call, ok := abi.Numbered(n)
			if !ok || len(names) > 8 {
				names = append(names, rangeText(r))
				break
			}
			names = append(names, call.Name)
			if n == r.Last {
				break
			}
		}
	}
	if len(names) > 8 {
		return fmt.Sprintf("%d ranges, %s to %s", len(ranges), rangeText(ranges[0]), rangeText(ranges[len(ranges)-1]))
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
