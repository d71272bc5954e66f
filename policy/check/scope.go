package check

import (
	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
)

// A Scope holds the constants, sets and functions that a policy file defines
// and those of the files that it extends. The zero Scope is empty and ready to
// use. A definition may use any other that its own file sees, in whatever order
// they stand; definitions are evaluated for each ABI anew, as the kernel's
// constants have values per ABI.
type Scope struct {
	list   []*definition // in order of arrival, for messages in a stable order
	byName map[string]*definition
	broken map[string]bool // see Broken
}

// A definition is one named constant, set or function.
type definition struct {
	kind     definitionKind
	name     string
	at       diag.Span
	home     *Scope // where the names in it are looked up
	standard bool   // a shipped function

	value   filter.Expr    // of a constant; the body of a function
	members []filter.Expr  // of a set
	params  []*filter.Name // of a function
}

type definitionKind uint8

const (
	aConstant definitionKind = iota
	aSet
	aFunction
)

var definitionKinds = [...]string{aConstant: "a constant", aSet: "a set", aFunction: "a function"}

// String returns the kind with its article.
func (k definitionKind) String() string { return definitionKinds[k] }

// signature returns a function's name and parameters as they are written.
func (d *definition) signature() string {
	s := filter.Signature{Name: &filter.Name{Text: d.name}, Params: d.params}
	return s.String()
}

// DefineConstant adds a constant. The name must not be defined already, nor
// mean something in every filter.
func (s *Scope) DefineConstant(name string, at diag.Span, value filter.Expr) diag.List {
	return s.define(&definition{name: name, at: at, home: s, value: value})
}

// DefineSet adds a set of constants; it must have a member. Otherwise it is
// like DefineConstant.
func (s *Scope) DefineSet(name string, at diag.Span, members []filter.Expr) diag.List {
	list := s.define(&definition{name: name, at: at, home: s, kind: aSet, members: members})
	if len(members) == 0 {
		list.Reportf(diag.EmptySet, at, "set %s is empty", name).Hintf("a set needs at least one member")
	}
	return list
}

// DefineFunction adds a function. Otherwise it is like DefineConstant. What is
// wrong with the body is for Check to say, and for Filters where it is used.
func (s *Scope) DefineFunction(signature *filter.Signature, body filter.Expr) diag.List {
	name := signature.Name
	return s.define(&definition{
		kind: aFunction, name: name.Text, at: signature.At, home: s, value: body, params: signature.Params,
	})
}

// Broken makes it known that a definition of the name exists, but cannot be
// used, which is reported: nothing more is said about its uses then.
func (s *Scope) Broken(name string) {
	if s.broken == nil {
		s.broken = make(map[string]bool)
	}
	s.broken[name] = true
}

// Include adds the definitions of an extended file. A definition that comes in
// by two ways is one; two of the same name are an error.
func (s *Scope) Include(other *Scope) diag.List {
	var list diag.List
	if other != nil {
		for name := range other.broken {
			s.Broken(name)
		}
	}
	for _, d := range other.all() {
		if earlier := s.lookup(d.name); earlier == nil {
			s.add(d)
		} else if earlier != d {
			list.Reportf(diag.Redefined, earlier.at, "%s is defined twice", d.name).Notef(d.at, "also here, in an extended file")
		}
	}
	return list
}

// Check reports what is wrong with the definitions themselves on one ABI:
// names that do not exist anywhere, cycles, divisions by zero. The body of a
// function is typed where it is used. A constant of
// the kernel that exists only on other ABIs is reported where it is used.
func (s *Scope) Check(abi arch.ABI) diag.List {
	c := checker{abi: abi, context: context{scope: s}, foreign: true}
	for _, d := range s.all() {
		if d.kind == aFunction {
			c.sound(d)
		} else {
			c.evaluate(d)
		}
	}
	if c.list != nil {
		c.list.Sort()
	}
	return c.list
}

func (s *Scope) define(d *definition) diag.List {
	var list diag.List
	switch earlier := s.lookup(d.name); {
	case !isIdentifier(d.name):
		list.Reportf(diag.InvalidName, d.at, "%q cannot be used as a name", d.name).
			Hintf("a name is letters, digits and _, and does not begin with a digit")
	case isReserved(d.name):
		list.Reportf(diag.HiddenName, d.at, "%s has a meaning of its own in filters", d.name).Hintf("choose another name")
	case isStandard(d.name):
		list.Reportf(diag.HiddenName, d.at, "%s is a standard function", d.name).
			Labelf("would hide it").
			Hintf("choose another name")
	case arch.ConstantAnywhere(d.name):
		list.Reportf(diag.HiddenName, d.at, "%s is a constant of the kernel", d.name).
			Labelf("would hide it").
			Hintf("choose another name")
	case earlier != nil:
		list.Reportf(diag.Redefined, d.at, "%s is defined twice", d.name).Notef(earlier.at, "first here")
	default:
		s.add(d)
	}
	return list
}

func (s *Scope) add(d *definition) {
	if s.byName == nil {
		s.byName = make(map[string]*definition)
	}
	s.byName[d.name] = d
	s.list = append(s.list, d)
}

// lookup returns the definition of a name, or nil.
func (s *Scope) lookup(name string) *definition {
	if s == nil {
		return nil
	}
	return s.byName[name]
}

func (s *Scope) all() []*definition {
	if s == nil {
		return nil
	}
	return s.list
}

// isReserved reports whether a name is a word or a type of the language, or one
// of the fields of a call.
func isReserved(name string) bool {
	switch name {
	case "in", "not", "and", "or", "let", "any", "all":
		return true
	}
	_, isType := castTypes(name)
	return isType || isField(name)
}

func isIdentifier(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || '9' < c) {
			return false
		}
	}
	return s != ""
}
