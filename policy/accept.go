package policy

import (
	"slices"

	"sandbox/internal/diag"
)

// An accept is one code in an "accept" key: a warning that is not to be given.
// In a rule it is for what stands in the rule, and at the top of a file for
// what stands anywhere in the file.
type accept struct {
	code diag.Code
	at   diag.Span
	used bool // it has kept a warning back
}

// accepts reads the key "accept".
func (r *reader) accepts(e *entry) []accept {
	var accepts []accept
	for _, v := range r.texts(e, `accept = ["W0101"]`) {
		code := diag.Code(v.text.String)
		first := slices.IndexFunc(accepts, func(a accept) bool { return a.code == code })
		switch {
		case !slices.Contains(diag.Warnings(), code):
			r.notAWarning(v)
		case first >= 0:
			r.list.Reportf(diag.GivenTwice, v.at, "%s is given twice", code).Notef(accepts[first].at, "first given here")
		default:
			accepts = append(accepts, accept{code: code, at: v.at})
		}
	}
	r.file.accepting = r.file.accepting || accepts != nil
	return accepts
}

func (r *reader) notAWarning(v value) {
	code := v.text.String
	if len(code) == len(diag.NotAWarning) && code[0] == 'E' {
		r.list.Reportf(diag.NotAWarning, v.at, "%s is an error, which cannot be accepted", code).
			Hintf("only warnings can, whose codes begin with W")
		return
	}
	d := r.list.Reportf(diag.NotAWarning, v.at, "there is no warning %q", code)
	if near, ok := diag.Nearest(code, warningNames); ok {
		d.Hintf("did you mean %s?", near)
	}
	d.Hintf("a warning shows its code in brackets: warning[W0101]")
}

func warningNames(yield func(string) bool) {
	for _, code := range diag.Warnings() {
		if !yield(string(code)) {
			return
		}
	}
}

// Accept returns what is left of further findings about the policy, as those of
// sandbox/policy/lint, without the warnings that the policy accepts where they
// stand. Those of [Load] are without them already.
//
// It adds a warning for each code that a policy of the request accepts and that
// nothing was found for, so it is to be called once, with all there is to find.
// Files that a policy extends are not held to that, as what is found in them
// depends on what extends them; and nothing is, if the request asks for some
// of the ABIs only.
func (p *Policy) Accept(list diag.List) diag.List {
	list = withoutAccepted(p.files, slices.Clone(list))
	if p.narrowed {
		return list
	}
	unused := withoutAccepted(p.files, p.unusedAccepts(func(code diag.Code) bool { return code != diag.UnusedAccept }))
	pointless := p.unusedAccepts(func(code diag.Code) bool { return code == diag.UnusedAccept })
	return append(append(list, unused...), pointless...)
}

// unusedAccepts warns of the accepts, of the codes that are asked for, that
// nothing was found for.
func (p *Policy) unusedAccepts(asked func(diag.Code) bool) diag.List {
	var list diag.List
	for i := range p.Layers {
		if f := p.Layers[i].top; f.accepting && !f.profile {
			p.Layers[i].unusedAccepts(asked, &list)
		}
	}
	list.Sort() // a file may have been given twice
	return list
}

func (l *Layer) unusedAccepts(asked func(diag.Code) bool, list *diag.List) {
	report := func(accepts []accept, where string) {
		for i := range accepts {
			if a := &accepts[i]; !a.used && asked(a.code) {
				list.Reportf(diag.UnusedAccept, a.at, "there is no %s in %s to accept", a.code, where).
					Hintf("take it out, or it will hide one that is yet to come")
			}
		}
	}
	report(l.top.accepts, "this file")
	for _, r := range l.top.rules {
		if slices.ContainsFunc(l.served, r.appliesTo) { // else little is looked for in it
			report(r.accepts, "this rule")
		}
	}
}

// withoutAccepted returns the diagnostics that no file accepts.
func withoutAccepted(files []*file, list diag.List) diag.List {
	if !slices.ContainsFunc(files, func(f *file) bool { return f.accepting }) {
		return list
	}
	return slices.DeleteFunc(list, func(d diag.Diagnostic) bool {
		if d.Severity != diag.Warning {
			return false
		}
		i := slices.IndexFunc(files, func(f *file) bool { return f.source == d.Span.Source })
		return i >= 0 && files[i].accept(d.Code, d.Span.Start)
	})
}

// accept reports whether the file accepts a warning at an offset, and notes
// that it was of use. Where the rule and the file accept it, it is the rule.
func (f *file) accept(code diag.Code, offset int) bool {
	if r := f.ruleAt(offset); r != nil && use(r.accepts, code) {
		return true
	}
	return use(f.accepts, code)
}

func use(accepts []accept, code diag.Code) bool {
	for i := range accepts {
		if accepts[i].code == code {
			accepts[i].used = true
			return true
		}
	}
	return false
}

// ruleAt returns the rule that an offset of the file lies in, or nil.
func (f *file) ruleAt(offset int) *rule {
	i, exact := slices.BinarySearchFunc(f.rules, offset, func(r *rule, offset int) int { return r.at.Start - offset })
	if !exact {
		i--
	}
	if i < 0 || offset >= f.rules[i].end {
		return nil
	}
	return f.rules[i]
}
