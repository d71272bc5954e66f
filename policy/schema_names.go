package policy

import (
	"strconv"
	"strings"

	"sandbox/internal/diag"
	"sandbox/policy/filter"
)

// maxNames bounds the functions of a file, and the members of a set: each is
// checked on every ABI.
const maxNames = 1 << 14

// constants reads [const].
func (r *reader) constants(e *entry) {
	if e.value.kind != tableKind {
		r.wrongKind(e, "a table", "[const]")
		return
	}
	for i := range e.value.table.entries {
		def := &e.value.table.entries[i]
		if x := r.expression(&def.value, "the constant "+def.key); x != nil {
			*r.list = append(*r.list, r.file.scope.DefineConstant(def.key, def.at, x)...)
		}
	}
	r.broken(e.value.table)
}

// sets reads [set].
func (r *reader) sets(e *entry) {
	if e.value.kind != tableKind {
		r.wrongKind(e, "a table", "[set]")
		return
	}
	for i := range e.value.table.entries {
		def := &e.value.table.entries[i]
		if def.value.kind != arrayKind {
			r.list.Reportf(diag.WrongKind, def.value.at, "the set %s must be an array, this is %s", def.key, def.value.kind).
				Hintf(`write %s = ["AF_UNIX", "AF_NETLINK"], for example`, def.key)
			continue
		}
		if len(def.value.elements) == 0 {
			r.list.Reportf(diag.EmptyList, def.value.at, "the set %s is empty", def.key).
				Hintf("no value is in an empty set: leave it out, and the condition with it")
			continue
		}
		if n := len(def.value.elements); n > maxNames {
			r.list.Reportf(diag.FilterTooLarge, def.at, "the set %s has %d members, more than %d", def.key, n, maxNames).
				Hintf("a range such as 0..99 in a filter stands for all of its numbers")
			def.value.elements = def.value.elements[:1] // it is defined, at least
		}
		members := make([]filter.Expr, 0, len(def.value.elements))
		for j := range def.value.elements {
			if x := r.expression(&def.value.elements[j], "a member of the set "+def.key); x != nil {
				members = append(members, x)
			}
		}
		if len(members) == len(def.value.elements) {
			*r.list = append(*r.list, r.file.scope.DefineSet(def.key, def.at, members)...)
		}
	}
	r.broken(e.value.table)
}

// broken makes the names of definitions known that could not be read: of those
// that could, their definitions count.
func (r *reader) broken(definitions *table) {
	if !r.list.Failed() {
		return
	}
	for i := range definitions.entries {
		name, _, _ := strings.Cut(definitions.entries[i].key, "(") // of a function
		r.file.scope.Broken(strings.TrimSpace(name))
	}
}

// functions reads [func]: for each key, which is a signature, the body.
func (r *reader) functions(e *entry) {
	if e.value.kind != tableKind {
		r.wrongKind(e, "a table", "[func]")
		return
	}
	if n := len(e.value.table.entries); n > maxNames {
		r.list.Reportf(diag.FilterTooLarge, e.at, "%d functions are more than %d", n, maxNames)
		return
	}
	for i := range e.value.table.entries {
		if r.hopeless() {
			return
		}
		def := &e.value.table.entries[i]
		if def.value.kind != stringKind {
			r.list.Reportf(diag.WrongKind, def.value.at, "the function %s must be a string, this is %s", def.key, def.value.kind).
				Hintf(`write "only_low(x)" = "x & ~0xff == 0", for example`)
			continue
		}
		signature := r.signature(def)
		body, list := filter.ParseBody(def.value.text)
		*r.list = append(*r.list, list...)
		if signature != nil && body != nil {
			*r.list = append(*r.list, r.file.scope.DefineFunction(signature, body)...)
		}
	}
	r.broken(e.value.table)
}

// signature reads the key of a function, or returns nil.
func (r *reader) signature(def *entry) *filter.Signature {
	text := diag.Text{Source: def.at.Source, String: def.key, Base: def.at.Start}
	bare := def.at.End-def.at.Start == len(def.key)
	if !bare {
		b := builder{source: def.at.Source}
		var ok bool
		if text, ok = b.text(def.at); !ok {
			*r.list = append(*r.list, b.list...)
			return nil
		}
	}
	signature, list := filter.ParseSignature(text)
	if bare && len(list) > 0 {
		list[0].Hintf(`parentheses need quotes around the key: "%s(x)" = "x == 1"`, def.key)
	}
	*r.list = append(*r.list, list...)
	return signature
}

// expression reads a constant expression: a string in the filter language, or
// a TOML integer.
func (r *reader) expression(v *value, what string) filter.Expr {
	switch v.kind {
	case stringKind:
		x, list := filter.ParseExpr(v.text)
		*r.list = append(*r.list, list...)
		if list.Failed() {
			return nil
		}
		return x
	case integerKind:
		return r.number(v)
	}
	d := r.list.Reportf(diag.WrongKind, v.at, "%s must be a string or an integer, this is %s", what, v.kind)
	if v.kind == arrayKind {
		d.Hintf("several values make a set, which is defined under [set]")
	}
	return nil
}

// number turns a TOML integer, whose forms are not all those of filters, into
// an expression.
func (r *reader) number(v *value) filter.Expr {
	n, ok := v.integer()
	if !ok {
		r.list.Reportf(diag.IntegerOutOfRange, v.at, "TOML integers have 64 bits and a sign, this does not fit").
			Hintf("write it as a string: \"%s\"", written(v.at))
		return nil
	}
	if n >= 0 {
		return &filter.Number{Text: strconv.FormatInt(n, 10), At: v.at}
	}
	digits := diag.Span{Source: v.at.Source, Start: v.at.Start + 1, End: v.at.End}
	// The digits of a negative number are those of its magnitude, also for the
	// least one, whose magnitude has no int64.
	return &filter.Unary{
		Op: filter.Negate,
		X:  &filter.Number{Text: strconv.FormatInt(n, 10)[1:], At: digits},
		At: v.at,
	}
}
