package integration

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"sandbox/arch"
	"sandbox/policy"
)

// A writer writes random policies as a person would: with names of calls and
// parameters, constants, sets, functions, locals and loops.
type writer struct {
	*rand.Rand
	abis []arch.ABI

	// What the policy defines.
	definitions  strings.Builder
	consts, sets []string
	ints, tests  []function

	written, refused int // filters
}

// A function takes so many arguments.
type function struct {
	name   string
	params int
}

// A scope is what an expression can name, beside the policy's definitions.
type scope struct {
	variables []variable
	constants []string
	registers int // how many of args can be used
}

// A variable is an integer; a pointer must be cast.
type variable struct {
	name    string
	pointer bool
}

func newWriter(source *rand.Rand, abis []arch.ABI) *writer {
	for {
		w := &writer{Rand: source, abis: abis}
		w.define()
		if w.accepts("getpid") {
			return w
		}
	}
}

// policy returns a policy of filters that are not refused, in so many rules at
// most.
func (w *writer) policy(rules int) string {
	var b strings.Builder
	b.WriteString(w.header())
	for rule := range 1 + w.IntN(rules) {
		fmt.Fprintf(&b, "[[rule]]\naction = \"errno(%d)\"\nfilters = [\n", 100+rule)
		for range 1 + w.IntN(3) {
			fmt.Fprintf(&b, "  %q,\n", w.accepted())
		}
		b.WriteString("]\n")
	}
	return b.String()
}

func (w *writer) header() string {
	return "version = 1\ndefault = \"errno(99)\"\n" + w.definitions.String()
}

// accepted writes filters until one is not refused.
func (w *writer) accepted() string {
	for {
		filter := w.filter()
		w.written++
		if w.accepts(filter) {
			return filter
		}
		w.refused++
	}
}

func (w *writer) accepts(filter string) bool {
	text := w.header() + fmt.Sprintf("[[rule]]\naction = \"errno(1)\"\nfilters = [%q]\n", filter)
	_, found := policy.Load(w.request(text))
	return !found.Failed()
}

// request asks for the policy of the text on the writer's ABIs.
func (w *writer) request(text string) policy.Request {
	return policy.Request{
		Policies: []string{"./random.toml"}, ABIs: w.abis, Native: w.abis[0],
		ReadFile: func(string) (string, error) { return text, nil },
	}
}

// define writes constants, sets and functions. Whatever a later filter makes of
// them decides whether they are accepted.
func (w *writer) define() {
	b := &w.definitions
	b.WriteString("[const]\n")
	for i := range w.IntN(3) {
		name := fmt.Sprintf("C%d", i)
		fmt.Fprintf(b, "%s = \"%s\"\n", name, w.number(scope{}))
		w.consts = append(w.consts, name)
	}
	b.WriteString("[set]\n")
	for i := range w.IntN(3) {
		name := fmt.Sprintf("set%d", i)
		fmt.Fprintf(b, "%s = [\"%s\", \"%s\", \"%s\"]\n", name, w.number(scope{}), w.number(scope{}), w.number(scope{}))
		w.sets = append(w.sets, name)
	}
	b.WriteString("[func]\n")
	for i := range w.IntN(4) {
		f := function{fmt.Sprintf("f%d", i), 1 + w.IntN(2)}
		var params []string
		var inside scope
		for n := range f.params {
			params = append(params, fmt.Sprintf("x%d", n))
			inside.variables = append(inside.variables, variable{name: params[n]})
		}
		body := w.let(&inside, "y")
		if i%2 == 0 {
			body += w.integer(inside, 2)
		} else {
			body += w.condition(inside, 1)
		}
		fmt.Fprintf(b, "\"%s(%s)\" = \"%s\"\n", f.name, strings.Join(params, ", "), body)
		if i%2 == 0 {
			w.ints = append(w.ints, f)
		} else {
			w.tests = append(w.tests, f)
		}
	}
}

// filter writes a filter on one or two calls that exist on all ABIs at hand.
func (w *writer) filter() string {
	first := w.syscall()
	selectors, params := first.Name, first.Params
	if w.IntN(4) == 0 {
		second := w.syscall()
		var shared []arch.Param
		for _, p := range params {
			if _, ok := second.Param(p.Name); ok {
				shared = append(shared, p)
			}
		}
		if len(shared) > 0 && second.Name != first.Name {
			selectors, params = selectors+", "+second.Name, shared
		}
	}
	if len(params) == 0 || w.IntN(8) == 0 {
		return selectors
	}
	s := scope{registers: len(params)}
	for _, p := range params {
		s.variables = append(s.variables, variable{p.Name, p.Type.Pointer})
	}
	locals := w.let(&s, "a") + w.let(&s, "b")
	return selectors + ": " + locals + w.condition(s, 2)
}

// let writes, perhaps, a local of that name.
func (w *writer) let(s *scope, name string) string {
	if w.IntN(4) > 0 {
		return ""
	}
	text := fmt.Sprintf("let %s = %s; ", name, w.integer(*s, 1))
	s.variables = append(slices.Clone(s.variables), variable{name: name}, variable{name: name})
	return text
}

func (w *writer) syscall() *arch.Syscall {
	table := w.abis[0].Syscalls()
	for {
		s := &table[w.IntN(len(table))]
		onAll := true
		for _, abi := range w.abis[1:] {
			other, ok := abi.Syscall(s.Name)
			onAll = onAll && ok && len(other.Params) == len(s.Params)
		}
		if onAll {
			return s
		}
	}
}

func (w *writer) condition(s scope, depth int) string {
	if depth > 0 {
		switch w.IntN(8) {
		case 0:
			return fmt.Sprintf("!(%s)", w.condition(s, depth-1))
		case 1:
			return fmt.Sprintf("(%s && %s)", w.condition(s, depth-1), w.condition(s, depth-1))
		case 2:
			return fmt.Sprintf("(%s || %s)", w.condition(s, depth-1), w.condition(s, depth-1))
		case 3:
			return w.loop(s, depth-1)
		}
	}
	x := w.integer(s, 2)
	switch w.IntN(9) {
	case 0:
		return fmt.Sprintf("%s in {%s, %s, %s}", x, w.number(s), w.number(s), w.number(s))
	case 1:
		if len(w.sets) > 0 {
			return fmt.Sprintf("%s not in %s", x, w.sets[w.IntN(len(w.sets))])
		}
	case 2:
		low := w.IntN(1000)
		return fmt.Sprintf("%s in %d..%d", x, low, low+1+w.IntN(1<<w.IntN(30)))
	case 3:
		return fmt.Sprintf("%s %s %s", x, w.comparison(), w.integer(s, 1))
	case 4:
		return fmt.Sprintf("%s & %s != 0", x, w.number(s))
	case 5:
		if len(w.tests) > 0 {
			return w.use(w.tests, s)
		}
	}
	return fmt.Sprintf("%s %s %s", x, w.comparison(), w.number(s))
}

// loop writes a loop over numbers, a set or registers.
func (w *writer) loop(s scope, depth int) string {
	name := fmt.Sprintf("i%d", len(s.constants))
	if len(s.constants) > 1 {
		return w.condition(s, depth)
	}
	quantifier := [...]string{"any", "all"}[w.IntN(2)]
	over := fmt.Sprintf("{%s, %s}", w.number(s), w.number(s))
	switch w.IntN(4) {
	case 0:
		if s.registers > 0 {
			return fmt.Sprintf("%s(%s in 0..%d: args[%s] %s %s)", quantifier, name, s.registers, name, w.comparison(), w.number(s))
		}
	case 1:
		over = fmt.Sprintf("%d..%d", w.IntN(3), 3+w.IntN(4))
	case 2:
		if len(w.sets) > 0 {
			over = w.sets[w.IntN(len(w.sets))]
		}
	}
	s.constants = append(slices.Clone(s.constants), name)
	x := w.integer(s, 1)
	return fmt.Sprintf("%s(%s in %s: %s %s %s || %s)", quantifier, name, over, x, w.comparison(), name, w.condition(s, depth))
}

func (w *writer) comparison() string {
	return [...]string{"==", "!=", "<", "<=", ">", ">="}[w.IntN(6)]
}

func (w *writer) integer(s scope, depth int) string {
	if depth == 0 || w.IntN(3) == 0 {
		return w.operand(s)
	}
	x := w.integer(s, depth-1)
	switch w.IntN(11) {
	case 0:
		return "~" + w.operand(s)
	case 1:
		return "-" + w.operand(s)
	case 2:
		return fmt.Sprintf("(%s + %s)", x, w.number(s))
	case 3:
		return fmt.Sprintf("(%s - %s)", x, w.number(s))
	case 4:
		return fmt.Sprintf("(%s ^ %s)", x, w.number(s))
	case 5:
		return fmt.Sprintf("(%s >> %d)", x, w.IntN(32))
	case 6:
		return fmt.Sprintf("(%s * %d)", x, 1+w.IntN(1000))
	case 7:
		return fmt.Sprintf("(%s %% %d)", x, 1+w.IntN(1000))
	case 8:
		if len(w.ints) > 0 {
			return w.use(w.ints, s)
		}
	case 9:
		return fmt.Sprintf("(%s << %d)", x, w.IntN(32))
	}
	return fmt.Sprintf("(%s & %s)", x, w.number(s))
}

// use writes the use of a function.
func (w *writer) use(of []function, s scope) string {
	f := of[w.IntN(len(of))]
	args := []string{w.operand(s)}
	for len(args) < f.params {
		if w.IntN(2) == 0 {
			args = append(args, w.number(s))
		} else {
			args = append(args, w.operand(s))
		}
	}
	return fmt.Sprintf("%s(%s)", f.name, strings.Join(args, ", "))
}

func (w *writer) operand(s scope) string {
	v := s.variables[w.IntN(len(s.variables))]
	cast := [...]string{"u8", "u16", "u32", "i32", "u64", "i64"}[w.IntN(6)]
	switch {
	case s.registers > 0 && w.IntN(8) == 0:
		return fmt.Sprintf("args[%d]", w.IntN(s.registers))
	case v.pointer || w.IntN(4) == 0:
		return fmt.Sprintf("(%s)%s", cast, v.name)
	}
	return v.name
}

// number writes a constant, mostly one that is on an edge.
func (w *writer) number(s scope) string {
	named := slices.Concat(w.consts, s.constants, s.constants)
	if len(named) > 0 && w.IntN(4) == 0 {
		return named[w.IntN(len(named))]
	}
	v := w.edge()
	if int64(v) < 0 && w.IntN(2) == 0 {
		return fmt.Sprint(int64(v))
	}
	return fmt.Sprintf("%#x", v)
}

func (w *writer) edge() uint64 {
	switch w.IntN(6) {
	case 0:
		return 1 << w.IntN(64)
	case 1:
		return 1<<w.IntN(32) - 1
	case 2:
		return -uint64(1 + w.IntN(200))
	case 3:
		return uint64(w.Uint32())
	}
	return uint64(w.IntN(64))
}
