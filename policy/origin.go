package policy

import (
	"sort"
	"strings"

	"sandbox/internal/diag"
	"sandbox/policy/typed"
)

// An origin is what a rule of the checked form was made of.
type origin struct {
	rule    *typed.Rule
	written *rule     // nil: nobody wrote a rule
	action  diag.Span // where its action was written
}

// origins are those of all rules, some of whose actions come from nowhere.
type origins struct {
	list  []origin
	index map[*typed.Rule]*origin // of the list; nil until it is needed

	from, to *typed.Policy // if not nil: the list is about the first, and asked about the second
}

func (o *origins) add(rule *typed.Rule, written *rule, action diag.Span) {
	o.list = append(o.list, origin{rule, written, action})
}

// of returns the origin of a rule, an empty one if it has none.
func (o *origins) of(r *typed.Rule) *origin {
	if o.index == nil {
		o.index = make(map[*typed.Rule]*origin, len(o.list))
		for i := range o.list {
			o.index[o.list[i].rule] = &o.list[i]
		}
		o.carry()
	}
	if found, ok := o.index[r]; ok {
		return found
	}
	return &origin{}
}

// carry enters the rules of the form that is asked about with the origins of
// those in the same place.
func (o *origins) carry() {
	if o.from == nil {
		return
	}
	for i := range o.from.Layers {
		for k := range o.from.Layers[i].ABIs {
			for n := range o.from.Layers[i].ABIs[k].Filters {
				if found, ok := o.index[o.from.Layers[i].ABIs[k].Filters[n].Rule]; ok {
					o.index[o.to.Layers[i].ABIs[k].Filters[n].Rule] = found
				}
			}
		}
	}
}

// ActionSpan returns where the action of a rule was written: that of a rule
// that nobody wrote can come from "default" or "unknown", or else is the zero
// Span. For a rule of the command line without an action it is the whole rule.
func (p *Policy) ActionSpan(r *typed.Rule) diag.Span {
	o := p.origins.of(r)
	if o.action.Source == nil && o.written != nil {
		return o.written.at
	}
	return o.action
}

// RuleSpan returns where a rule was written: its [[rule]] header, the whole
// table if that is an inline one, or the whole of a rule of the command line.
// For a rule that nobody wrote it is that of the action.
func (p *Policy) RuleSpan(r *typed.Rule) diag.Span {
	o := p.origins.of(r)
	if o.written == nil {
		return o.action
	}
	return o.written.at
}

// FilterSpan returns where a filter was written: its text, without the quotes
// around it. For a filter that nobody wrote it is that of its rule.
func (p *Policy) FilterSpan(f *typed.Filter) diag.Span {
	if o := p.origins.of(f.Rule); o.written != nil {
		filters := o.written.filters // in the order of the file
		i := sort.Search(len(filters), func(i int) bool {
			at := position(filters[i].parsed.Span)
			return at.Line > f.At.Line || at.Line == f.At.Line && at.Column >= f.At.Column
		})
		if i < len(filters) && position(filters[i].parsed.Span) == f.At {
			return filters[i].parsed.Span
		}
	}
	return p.RuleSpan(f.Rule)
}

// SpanOf returns where a piece of the policy was written, of which the checked
// form has the position and the text. If the source reads otherwise there, as
// inside a function or a string with escapes, it is the empty span at the
// position; if there is no such place, it is the zero Span.
func (p *Policy) SpanOf(at typed.Position, text string) diag.Span {
	for _, source := range p.Sources {
		if source.Name != at.File {
			continue
		}
		start, ok := source.Offset(at.Line, at.Column)
		if !ok {
			break
		}
		end := start
		if strings.HasPrefix(source.Text[start:], text) {
			end += len(text)
		}
		return diag.Span{Source: source, Start: start, End: end}
	}
	return diag.Span{}
}
