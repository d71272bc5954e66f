package typed

// A Step is one filter that was looked at on the way to a decision.
type Step struct {
	Filter   *Filter
	Matched  bool
	Outcomes []Outcome // the predicates that were evaluated, in order
}

// An Outcome is what one predicate came to.
type Outcome struct {
	Predicate *Predicate
	Held      bool
	Values    []uint64 // of Predicate.Operands, as bits of their types
}

// Explain returns the filters that the layer tried for a call, in order. Those
// that do not select the call's number are left out. The last one decided;
// there is none where the layer does not serve the ABI.
func (l *Layer) Explain(c *Call) []Step {
	section := l.Section(c.Arch)
	if section == nil {
		return nil
	}
	var steps []Step
	for i := range section.Filters {
		f := &section.Filters[i]
		if !Contains(f.Numbers, c.Nr) {
			continue
		}
		step := Step{Filter: f, Matched: true}
		if f.When != nil {
			step.Matched = observe(f.When, c, &step.Outcomes)
		}
		steps = append(steps, step)
		if step.Matched {
			break
		}
	}
	return steps
}

// observe is Holds, with a record of each predicate that was evaluated.
func observe(b Bool, c *Call, outcomes *[]Outcome) bool {
	switch b := b.(type) {
	case *NotExpr:
		return !observe(b.X, c, outcomes)
	case *AndExpr:
		return observe(b.X, c, outcomes) && observe(b.Y, c, outcomes)
	case *OrExpr:
		return observe(b.X, c, outcomes) || observe(b.Y, c, outcomes)
	case *Predicate:
		o := Outcome{Predicate: b, Held: Holds(b.X, c)}
		for _, operand := range b.Operands {
			o.Values = append(o.Values, Evaluate(operand.Value, c))
		}
		*outcomes = append(*outcomes, o)
		return o.Held
	}
	return Holds(b, c)
}
