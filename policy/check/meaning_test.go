package check

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// corners are register values at which widths and signs go wrong.
var corners = [...]uint64{
	0, 1, 2, 3, 4, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x5412,
	0x7fffffff, 0x80000000, 0x80000001, 0xffffff9c, 0xfffffffe, 0xffffffff, 0x100000000, 0x100000001,
	0x1ffffffff, 0x7fffffff00000000, 0x7fffffffffffffff, 0x8000000000000000, 0xdeadbeef00000003,
	0xffffffff00000000, 0xffffffff80000000, 0xffffffffffffff9c, 0xfffffffffffffffe, 0xffffffffffffffff,
}

func randomRegister(r *rand.Rand) uint64 {
	v := corners[r.IntN(len(corners))]
	switch r.IntN(4) {
	case 0:
		return v + uint64(r.IntN(5)) - 2
	case 1:
		return v ^ r.Uint64()&corners[r.IntN(len(corners))]
	}
	return v
}

// TestMeaning compares the typed form of random filters with the reference, on
// random calls.
func TestMeaning(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 10))
	subjects := [...]struct {
		abi   arch.ABI
		calls string
		ints  []string
	}{
		{arch.X86_64, "openat", []string{"dfd", "flags", "mode", "args[0]", "args[2]", "(u64)filename", "(u32)filename", "nr", "ip", "arch"}},
		{arch.X86_64, "pread64, pwrite64", []string{"fd", "count", "pos", "args[1]", "args[3]"}},
		{arch.I386, "fallocate", []string{"fd", "mode", "offset", "len", "args[2]"}},
		{arch.S390X, "fchmodat, mkdirat", []string{"dfd", "mode", "args[1]"}},
		{arch.I386, "lseek, openat", []string{"args[0]", "args[1]", "nr"}},
	}
	scope, functions := scopeOf(t, functionTexts[:]...), referenceFunctions(t)
	accepted, matched := 0, 0
	written := map[string]int{} // what the accepted filters hold
	for range 40000 {
		s := subjects[r.IntN(len(subjects))]
		g := generator{r, s.ints}
		text := s.calls + ": " + g.body(3)
		source := &diag.Source{Name: "random", Text: text}
		f, list := filter.Parse(source.Whole())
		if list.Failed() {
			t.Fatalf("does not parse:\n%s", render(list))
		}
		filters, list := Filters(Input{Filter: f, Text: text, ABI: s.abi, Action: typed.Errno, Scope: scope, Position: position})
		if list.Failed() {
			continue
		}
		accepted++
		for _, part := range [...]string{"let ", "any(", "all(", "twice(", "bigger(", "among(", "apart(", "mix(", "either(", "only(", "dev_minor("} {
			if strings.Contains(text, part) {
				written[part]++
			}
		}
		for range 4 {
			regs := &typed.Call{Arch: s.abi.Audit(), IP: randomRegister(r)}
			for i := range regs.Args {
				regs.Args[i] = randomRegister(r)
			}
			if compareWithReference(t, s.abi, functions, f, filters, regs, r) {
				matched++
			}
			if t.Failed() {
				t.Fatalf("%s on %s", text, s.abi)
			}
		}
	}
	t.Logf("%d filters accepted, %d calls matched", accepted, matched)
	for part, n := range written {
		t.Logf("%s in %d", part, n)
		if n < 200 {
			t.Errorf("%s is only in %d accepted filters", part, n)
		}
	}
	if accepted < 10000 || matched < 20000 {
		t.Errorf("only %d filters were accepted, and %d calls matched", accepted, matched)
	}
}

// functionTexts are functions for random filters. Their parameters and locals
// have the names of parameters that filters use, to catch one being taken for
// the other.
var functionTexts = [...]string{
	"twice(mode) = mode + mode",
	"both(flags, dfd) = flags & dfd == dfd",
	"bigger(x, flags) = let dfd = x ^ flags; dfd > x && !zero(dfd)",
	"zero(x) = x == 0",
	"among(x, n) = any(k in 0..n: x == k)",
	"apart(x, n) = all(k in {n, n + 1, 7}: x != k || n == 2)",
	"mix(mode, count) = let t = twice(mode); let u = t - count; u | (t & u)",
	"either(flags, mode) = flags || mode",
	"seven() = 7",
}

// referenceFunctions parses the functions above and the standard ones.
func referenceFunctions(t testing.TB) map[string]referenceFunction {
	t.Helper()
	functions := make(map[string]referenceFunction)
	add := func(signature, body string) {
		s, list := filter.ParseSignature((&diag.Source{Text: signature}).Whole())
		x, problems := filter.ParseBody((&diag.Source{Text: body}).Whole())
		if list.Failed() || problems.Failed() {
			t.Fatalf("%s = %s does not parse", signature, body)
		}
		f := referenceFunction{body: x}
		for _, param := range s.Params {
			f.params = append(f.params, param.Text)
		}
		functions[s.Name.Text] = f
	}
	for _, text := range functionTexts {
		signature, body, _ := strings.Cut(text, " = ")
		add(signature, body)
	}
	for i := range standard {
		add(standard[i].signature, standard[i].body)
	}
	return functions
}

// compareWithReference makes one call of one of the filters' numbers.
func compareWithReference(t *testing.T, abi arch.ABI, functions map[string]referenceFunction, f *filter.Filter, filters []typed.Filter, regs *typed.Call, r *rand.Rand) bool {
	t.Helper()
	for i := range filters {
		if problem := invalidity(&filters[i]); problem != "" {
			t.Errorf("%s: %s", dumpFilter(&filters[i]), problem)
		}
	}
	chosen := &filters[r.IntN(len(filters))]
	regs.Nr = chosen.Numbers[r.IntN(len(chosen.Numbers))].First
	call, _ := abi.Numbered(regs.Nr)
	got := chosen.When == nil || typed.Holds(chosen.When, regs)
	want := f.Body == nil || reference{abi: abi, call: call, regs: regs, functions: functions}.holds(f.Body)
	if got != want {
		t.Errorf("%s\nof nr %d, ip %#x, args %#x: %t, want %t", dumpFilter(chosen), regs.Nr, regs.IP, regs.Args, got, want)
	}
	return want
}

// A generator writes random filters. It aims at those that are accepted, and
// misses often enough.
type generator struct {
	*rand.Rand
	ints []string
}

func (g generator) pick(list ...string) string { return list[g.IntN(len(list))] }

// body writes locals and a condition that may use them.
func (g generator) body(depth int) string {
	if g.IntN(3) > 0 {
		return g.condition(depth)
	}
	name := fmt.Sprintf("t%d", len(g.ints))
	value := g.integer(depth - 1)
	if g.IntN(4) == 0 {
		value = g.condition(depth - 1)
	}
	return "let " + name + " = " + value + "; " + g.with(name).body(depth)
}

// with returns a generator that often uses one more name.
func (g generator) with(name string) generator {
	g.ints = append(slices.Clone(g.ints), name, name)
	return g
}

// loop writes any or all.
func (g generator) loop(depth int) string {
	name := fmt.Sprintf("v%d", len(g.ints))
	set := g.pick("0..3", "-1..2", "{1, 4}", "{0x80, O_CREAT}", "{-1, (u32)-1}", "{AT_FDCWD, 3, 3}", "0..1")
	inner := g.with(name)
	if g.IntN(3) == 0 {
		inner.ints = append(inner.ints, "args["+name+"]")
	}
	return g.pick("any(", "all(") + name + " in " + set + ": " + inner.condition(depth) + ")"
}

// function writes a function that decides.
func (g generator) function(depth int) string {
	x, y := g.integer(depth), g.constant(1)
	if g.IntN(3) == 0 {
		y = g.integer(depth)
	}
	switch name := g.pick("both", "bigger", "only", "has", "either", "zero", "among", "apart"); name {
	case "zero":
		return name + "(" + x + ")"
	case "among", "apart":
		return name + "(" + x + ", " + g.pick("0", "1", "2", "5", "seven()") + ")"
	default:
		return name + "(" + x + ", " + y + ")"
	}
}

func (g generator) condition(depth int) string {
	if depth > 0 {
		switch g.IntN(8) {
		case 6:
			return g.loop(depth - 1)
		case 7:
			return g.function(depth - 1)
		case 0:
			return g.condition(depth-1) + " && " + g.condition(depth-1)
		case 1:
			return "(" + g.condition(depth-1) + " || " + g.condition(depth-1) + ")"
		case 2:
			return "!(" + g.condition(depth-1) + ")"
		}
	}
	x := g.integer(depth)
	switch g.IntN(8) {
	case 0:
		return x
	case 1:
		return x + g.pick(" in {", " not in {") + g.constant(1) + ", " + g.constant(0) + "}"
	case 2:
		return x + " in " + g.constant(0) + ".." + g.constant(0)
	case 3, 4:
		return x + g.comparison() + g.integer(depth-1)
	case 5:
		return g.constant(1) + g.comparison() + x
	}
	return x + g.comparison() + g.constant(1)
}

func (g generator) comparison() string {
	return g.pick(" == ", " != ", " < ", " <= ", " > ", " >= ")
}

func (g generator) integer(depth int) string {
	if depth <= 0 || g.IntN(3) == 0 {
		return g.pick(g.ints...)
	}
	x := g.integer(depth - 1)
	switch g.IntN(10) {
	case 9:
		switch name := g.pick("twice", "mix", "ioc_type", "ioc_size", "dev_minor", "makedev", "sock_type"); name {
		case "mix", "makedev":
			return name + "(" + x + ", " + g.constant(1) + ")"
		default:
			return name + "(" + x + ")"
		}
	case 0:
		return "(" + x + g.pick(" & ", " | ", " ^ ", " + ", " - ") + g.constant(1) + ")"
	case 1:
		return "(" + x + g.pick(" << ", " >> ") + fmt.Sprint(g.IntN(40)) + ")"
	case 2:
		return "(" + x + g.pick(" * ", " / ", " % ") + g.constant(0) + ")"
	case 3:
		return "(" + g.constant(0) + g.pick(" - ", " * ", " & ", " ^ ") + x + ")"
	case 4:
		return g.pick("~", "- ", "~- ") + x
	case 5, 6:
		return g.cast() + x
	case 7:
		t := g.cast()
		return "(" + t + x + g.pick(" & ", " | ", " ^ ", " + ", " - ") + t + g.integer(depth-1) + ")"
	}
	return x
}

func (g generator) cast() string { return "(" + g.pick("u8", "u16", "u32", "i32", "u64", "i64") + ")" }

func (g generator) constant(depth int) string {
	if depth > 0 && g.IntN(4) == 0 {
		switch g.IntN(4) {
		case 0:
			return g.cast() + g.constant(0)
		case 1:
			return "(" + g.constant(0) + g.pick(" & ", " | ", " ^ ", " + ", " - ", " * ", " / ", " % ") + g.constant(0) + ")"
		case 2:
			return g.pick("~", "- ") + g.constant(0)
		case 3:
			return "(" + g.constant(0) + g.pick(" << ", " >> ") + fmt.Sprint(g.IntN(9)) + ")"
		}
	}
	switch g.IntN(5) {
	case 0:
		return fmt.Sprintf("%#x", corners[g.IntN(len(corners))])
	case 1:
		return g.pick("AT_FDCWD", "O_CREAT", "O_ACCMODE", "O_CLOEXEC", "PROT_EXEC", "TIOCSTI")
	case 2:
		return "-" + fmt.Sprint(g.IntN(4))
	}
	return fmt.Sprint(g.IntN(9))
}

// TestAlways makes random calls of filters that were refused because their one
// condition comes out the same for every call.
func TestAlways(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 5))
	g := generator{r, []string{"dfd", "flags", "mode", "args[0]", "(u8)flags", "(u64)filename", "nr"}}
	functions := referenceFunctions(t)
	refused := map[bool]int{}
	variables := 0 // how many of them compare two variables
	for i := range 40000 {
		text := "openat: "
		if i%2 == 0 {
			text += g.condition(0)
		} else {
			text += g.integer(2) + g.comparison() + g.integer(2)
		}
		source := &diag.Source{Name: "random", Text: text}
		f, _ := filter.Parse(source.Whole())
		_, list := Filters(Input{Filter: f, Text: text, ABI: arch.X86_64, Action: typed.Errno})
		always := false
		switch {
		case len(list) != 1:
			continue
		case strings.HasPrefix(list[0].Message, "always true"):
			always = true
		case !strings.HasPrefix(list[0].Message, "always false"):
			continue
		}
		refused[always]++
		if i%2 == 1 {
			variables++
		}
		call, _ := arch.X86_64.Syscall("openat")
		for range 20 {
			regs := &typed.Call{Nr: call.Number, Arch: arch.X86_64.Audit()}
			for i := range regs.Args {
				regs.Args[i] = randomRegister(r)
			}
			if (reference{abi: arch.X86_64, call: call, regs: regs, functions: functions}).holds(f.Body) != always {
				t.Fatalf("not so for args %#x:\n%s", regs.Args, render(list))
			}
		}
	}
	if refused[true] < 1000 || refused[false] < 1000 || variables < 500 {
		t.Errorf("only %v were refused, %d of which compare variables", refused, variables)
	}
}
