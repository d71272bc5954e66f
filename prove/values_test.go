package prove

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/compiler"
	"sandbox/policy/typed"
)

// oneSubject generates filters that compare one integer with constants, few of
// them, so that most overlap.
type oneSubject struct {
	*rand.Rand
	x     typed.Int
	edges []uint64
}

func newOneSubject(seed uint64) oneSubject {
	g := oneSubject{Rand: rand.New(rand.NewPCG(seed, 17))}
	narrow, wide := typed.Int(&typed.Load{Low: typed.ArgLow(1)}), wideArg(1)
	masked := func(x typed.Int, mask uint64) typed.Int {
		return &typed.Binary{Op: typed.BitAnd, X: x, Y: &typed.Value{Of: x.Type(), Bits: mask & x.Type().Mask()}}
	}
	mask := g.Uint64() & g.Uint64()
	g.x = [...]typed.Int{
		narrow, wide,
		&typed.Convert{To: typed.I32, X: narrow}, &typed.Convert{To: typed.I64, X: wide}, &typed.Convert{To: typed.U32, X: wide},
		&typed.Convert{To: typed.U64, X: narrow}, &typed.Convert{To: typed.I64, X: &typed.Convert{To: typed.I32, X: narrow}},
		masked(narrow, 0xff), masked(narrow, mask), masked(wide, mask), masked(&typed.Convert{To: typed.I32, X: narrow}, mask|1<<31),
		&typed.Binary{Op: typed.Shr, X: wide, Y: &typed.Value{Of: typed.U64, Bits: 30}},
		&typed.Binary{Op: typed.Add, X: narrow, Y: &typed.Load{Low: typed.ArgLow(2)}},
		&typed.Binary{Op: typed.BitXor, X: narrow, Y: &typed.Convert{To: typed.U32, X: wideArg(4)}},
		&typed.Load{Low: typed.ArgLow(0), High: typed.ArgHigh(3), Wide: true},
	}[seed%15]
	t := g.x.Type()
	sign := uint64(1) << (t.Bits - 1)
	g.edges = []uint64{0, 1, 2, 3, 7, 8, sign - 1, sign, sign + 1, t.Mask() - 1, t.Mask(), mask & t.Mask(), g.Uint64() & t.Mask(), g.Uint64() & t.Mask() & mask}
	return g
}

func (g oneSubject) edge() uint64 { return g.edges[g.IntN(len(g.edges))] }

func (g oneSubject) condition(depth int) typed.Bool {
	t := g.x.Type()
	switch n := g.IntN(8); {
	case n == 0 && depth > 0:
		return &typed.NotExpr{X: g.condition(depth - 1)}
	case n == 1 && depth > 0:
		return &typed.AndExpr{X: g.condition(depth - 1), Y: g.condition(depth - 1)}
	case n == 2 && depth > 0:
		return &typed.OrExpr{X: g.condition(depth - 1), Y: g.condition(depth - 1)}
	case n == 3:
		values := []uint64{g.edge(), g.edge(), g.edge(), g.edge()}
		slices.SortFunc(values, func(a, b uint64) int {
			if t.Signed {
				sign := uint64(1) << (t.Bits - 1)
				a, b = a^sign, b^sign
			}
			if a < b {
				return -1
			}
			return 1
		})
		in := &typed.In{X: g.x, Intervals: []typed.Interval{{Low: values[0], High: values[1]}}}
		if values[2] != values[1] {
			in.Intervals = append(in.Intervals, typed.Interval{Low: values[2], High: values[3]})
		}
		return in
	case n == 4:
		return &typed.Predicate{X: g.condition(depth - 1)}
	}
	op := typed.CompareOp(g.IntN(6))
	if g.IntN(2) == 0 {
		op = typed.Eq
	}
	return &typed.Predicate{X: &typed.Compare{Op: op, X: g.x, Y: &typed.Value{Of: t, Bits: g.edge()}}}
}

// other returns a condition about something else, before or behind the subject
// in the order of variables.
func (g oneSubject) other() typed.Bool {
	x := &typed.Load{Low: typed.ArgLow(g.IntN(6))}
	return &typed.Compare{Op: typed.CompareOp(g.IntN(6)), X: x, Y: &typed.Value{Of: typed.U32, Bits: uint64(g.IntN(4))}}
}

// line returns filters about the subject, and some about something else.
func (g oneSubject) line(n int) *typed.Section {
	s := &typed.Section{ABI: arch.X86_64}
	for range n {
		f := typed.Filter{Numbers: everyNumber, When: g.condition(2), Rule: rivals{g.Rand}.filter().Rule}
		switch g.IntN(30) {
		case 0:
			f.When = g.other()
		case 1:
			f.When = nil
		}
		s.Filters = append(s.Filters, f)
	}
	s.Filters = append(s.Filters, typed.Filter{Numbers: everyNumber, Rule: &typed.Rule{Action: typed.Action{Kind: typed.Errno, Data: 1}}})
	return s
}

// call returns a call at the edges of the constants.
func (g oneSubject) call() typed.Call {
	c := typed.Call{Arch: arch.X86_64.Audit(), Nr: 7}
	for i := range c.Args {
		c.Args[i] = g.edge() + uint64(g.IntN(3)) - 1
		if g.IntN(4) == 0 {
			c.Args[i] ^= 1 << g.IntN(64)
		}
	}
	return c
}

// TestValuesAreTheEvaluators holds the values for which conditions hold to the
// evaluator.
func TestValuesAreTheEvaluators(t *testing.T) {
	held, failed := 0, 0
	for seed := range uint64(3000) {
		g := newOneSubject(seed)
		b := g.condition(3)
		if x := subject(b); !same(x, g.x) {
			t.Fatalf("seed %d: the subject is %#v", seed, x)
		}
		list := values(b, g.x.Type())
		for i := 1; i < len(list); i++ {
			if list[i].Low <= list[i-1].High+1 {
				t.Fatalf("seed %d: %#x overlap or meet", seed, list)
			}
		}
		for range 40 {
			c := g.call()
			v := typed.Evaluate(g.x, &c)
			got := slices.ContainsFunc(list, func(i typed.Interval) bool { return i.Low <= v && v <= i.High })
			if got != typed.Holds(b, &c) {
				t.Fatalf("seed %d: %#x is said to be in %#x: %v", seed, v, list, got)
			}
			if got {
				held++
			} else {
				failed++
			}
		}
	}
	if held < 10_000 || failed < 10_000 {
		t.Errorf("only %d held and %d failed", held, failed)
	}
}

// TestSettle divides few values and looks at each.
func TestSettle(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	const highest = 15
	list := func() []typed.Interval {
		var list []typed.Interval
		for v := uint64(0); v <= highest; v++ {
			if r.IntN(3) == 0 {
				list = append(list, typed.Interval{Low: v, High: v})
			}
		}
		return united(list)
	}
	for range 5000 {
		claims := make([][]typed.Interval, r.IntN(5))
		for i := range claims {
			claims[i] = list()
		}
		further := [][]typed.Interval{list()}
		shares := settle(claims, further, highest)
		for v := uint64(0); v <= highest; v++ {
			at := len(shares) - 1
			for shares[at].first > v {
				at--
			}
			claimants := []int32{}
			for k, c := range append(slices.Clone(claims), further...) {
				if slices.ContainsFunc(c, func(i typed.Interval) bool { return i.Low <= v && v <= i.High }) && k < len(claims) {
					claimants = append(claimants, int32(k))
				}
			}
			claimants = append(claimants, int32(len(claims)), int32(len(claims)))
			if shares[at].owner != claimants[0] || shares[at].heir != claimants[1] {
				t.Fatalf("%v, %v: %d is in %v", claims, further, v, shares[at])
			}
		}
		for _, i := range further[0] {
			if !slices.ContainsFunc(shares, func(s share) bool { return s.first == i.Low }) {
				t.Fatalf("%v, %v: no share begins at %d", claims, further, i.Low)
			}
		}
	}
}

// TestDomain tries all ranges of few values.
func TestDomain(t *testing.T) {
	for mask := range uint64(64) {
		for first := range uint64(64) {
			want := false
			for last := first; last < 64; last++ {
				want = want || last&^mask == 0
				if got := (domain{mask}).meets(first, last); got != want {
					t.Fatalf("mask %#x, %d to %d: %v", mask, first, last, got)
				}
			}
		}
	}
	if !(domain{1 << 63}).meets(1, ^uint64(0)) || (domain{1}).meets(2, ^uint64(0)) {
		t.Error("the highest bits")
	}
}

// TestTable holds tables to the comparisons that they stand for, in orders that
// suit them and others, and for numbers of all kinds.
func TestTable(t *testing.T) {
	direct, plainOnes := 0, 0
	for seed := range uint64(3000) {
		g := newOneSubject(seed)
		d := newDiagrams(1 << 16)
		groups := noGroups()
		if _, arithmetic := g.x.(*typed.Binary); arithmetic || seed%2 == 0 {
			groups.integers(g.x)
		}
		in := newOrderedInputs(d, groups, seed%3 == 0)
		n := in.integer(g.x, everything)
		leaf := func() diagram {
			switch g.IntN(4) {
			case 0:
				return d.choose(in.condition(g.other(), everything), d.outcome(g.Uint32N(3)), d.outcome(g.Uint32N(3)))
			default:
				return d.outcome(g.Uint32N(3))
			}
		}
		want := leaf()
		rows := []row{{0, want}}
		firsts := slices.Clone(g.edges)
		slices.Sort(firsts)
		for _, first := range slices.Compact(firsts) {
			if first == 0 || g.IntN(3) == 0 {
				continue
			}
			f := leaf()
			want = d.choose(d.below(n, constant(first, len(n))), want, f)
			rows = append(rows, row{first, f})
		}
		if behind, plain := d.behind(n); plain {
			plainOnes++
			if !slices.ContainsFunc(rows, func(r row) bool { return d.vertices[r.f].variable < behind }) {
				direct++
			}
		}
		if got := d.table(n, rows); got != want {
			t.Fatalf("seed %d: a table is not what its comparisons are", seed)
		}
	}
	if direct < 300 || plainOnes-direct < 100 {
		t.Errorf("only %d tables were made directly, and %d of sets", direct, plainOnes-direct)
	}
}

// TestRunsAreTheirFilters holds what is made of runs of filters to what is made
// of them one by one, and to programs.
func TestRunsAreTheirFilters(t *testing.T) {
	runs := 0
	for seed := range uint64(2000) {
		g := newOneSubject(seed)
		p := one(arch.X86_64, g.line(1+g.IntN(12)).Filters)
		d := newDiagrams(MaxNodes)
		groups := noGroups()
		groups.policy(p)
		in := newInputs(d, groups)
		m := newMeaning(d, in, p)
		r := numberRegion(arch.X86_64.Audit(), 7)
		s, filters := m.line(0, r)
		var want diagram
		for n := len(filters) - 1; n >= 0; n-- {
			want = m.filter(s, filters[n], r, want)
		}
		if got := m.layer(0, r); got != want {
			t.Fatalf("seed %d: a run of filters is not what they are one by one", seed)
		}
		runs += len(s.runs)
		if seed%10 > 0 {
			continue
		}
		compiled, err := compiler.Compile(p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Prove(p, compiled.Program); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for range 4 {
			if mutant, ok := mutate(g.Rand, compiled.Program); ok {
				g.refuted(t, seed, p, mutant)
			}
		}
	}
	if runs < 1500 {
		t.Errorf("only %d runs", runs)
	}
}

// refuted fails if a program is proved that decides some call in another way.
func (g oneSubject) refuted(t *testing.T, seed uint64, p *typed.Policy, program bpf.Program) {
	t.Helper()
	if _, err := Prove(p, program); err != nil {
		return
	}
	for range 200 {
		c := g.call()
		r, _ := program.Run(&bpf.Data{Nr: c.Nr, Arch: c.Arch, IP: c.IP, Args: c.Args}, false)
		if returnValue(p.Decide(&c).Action) != uint32(r.Effective()) {
			t.Fatalf("seed %d: a mutant that differs on %+v was proved", seed, c)
		}
	}
}

// TestFactsByValues holds the facts about lines of one subject to those that
// diagrams tell.
func TestFactsByValues(t *testing.T) {
	compared := 0
	for seed := range uint64(4000) {
		g := newOneSubject(seed)
		s := g.line(1 + g.IntN(9))
		want := newInspection(s, nodesPerFilter, nodesPerSection)
		got := newInspection(s, nodesPerFilter, nodesPerSection)
		byValues := true
		for _, n := range alike(s) {
			want.inspect(&n)
			byValues = byValues && got.inspectValues(&n)
		}
		if !byValues {
			continue
		}
		compared++
		for k := range s.Filters {
			want.facts[k].finish()
			got.facts[k].finish()
			if !reflect.DeepEqual(got.facts[k], want.facts[k]) {
				t.Fatalf("seed %d: filter %d: %+v, want %+v", seed, k, got.facts[k], want.facts[k])
			}
		}
	}
	if compared < 1000 {
		t.Errorf("only %d lines were compared", compared)
	}
}

// TestRunsOfManyNumbers holds what runs decide for several numbers, with other
// filters around them, to what they decide for each number alone.
func TestRunsOfManyNumbers(t *testing.T) {
	shared := 0
	for seed := range uint64(600) {
		g := newOneSubject(seed)
		if seed%3 == 0 {
			g.x, g.edges = &typed.Load{Low: typed.WordNr}, []uint64{0, 1, 2, 3, 4, 5, 6, 1 << 31}
		}
		var filters []typed.Filter
		for len(filters) < 8 {
			f := typed.Filter{Numbers: everyNumber, Rule: rivals{g.Rand}.filter().Rule}
			if g.IntN(2) == 0 {
				first := g.Uint32N(5)
				f.Numbers = []typed.NumberRange{{First: first, Last: first + g.Uint32N(3)}}
			}
			switch n := g.IntN(3); {
			case n > 0:
				f.When = g.condition(1)
			case g.IntN(2) == 0:
				f.When = g.other()
			}
			filters = append(filters, f)
			if f.When != nil && subject(f.When) != nil {
				filters = append(filters, typed.Filter{Numbers: f.Numbers, When: g.condition(0), Rule: rivals{g.Rand}.filter().Rule})
			}
		}
		filters = append(filters, typed.Filter{Numbers: everyNumber, Rule: &typed.Rule{Action: typed.Action{Kind: typed.Errno, Data: 1}}})
		p := one(arch.X86_64, filters)
		d := newDiagrams(MaxNodes)
		groups := noGroups()
		groups.policy(p)
		in := newInputs(d, groups)
		m := newMeaning(d, in, p)
		for range 2 {
			for nr := range uint32(9) {
				r := numberRegion(arch.X86_64.Audit(), nr)
				if nr == 8 {
					r.nr.last = ^uint32(0)
				}
				got := m.layer(0, r)
				want := never
				for k := len(filters) - 1; k >= 0; k-- {
					outcome := d.outcome(returnValue(filters[k].Rule.Action))
					switch f := &filters[k]; {
					case !typed.Contains(f.Numbers, nr):
					case f.When == nil:
						want = outcome
					default:
						want = d.choose(in.condition(f.When, r), outcome, want)
					}
				}
				if got != want {
					t.Fatalf("seed %d: number %d is not decided as its filters one by one do", seed, nr)
				}
			}
		}
		shared += len(m.layers[0][0].runs)
	}
	if shared < 1000 {
		t.Errorf("only %d runs", shared)
	}
}
