package integration

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/compiler"
	"sandbox/internal/oracle"
	"sandbox/policy"
	"sandbox/policy/typed"
)

var (
	cases     = flag.Int("cases", 200_000, "random calls to try in TestWrittenPolicies")
	liveCases = flag.Int("live-cases", 100_000, "of these, how many to ask the running kernel")
)

// TestWrittenPolicies writes random policies as a person would, with names of
// calls, parameters and constants, and holds compiled programs and the running
// kernel to the evaluator. Run it for longer with
//
//	go test ./integration -run TestWrittenPolicies -cases 1000000000 -live-cases 1000000000 -timeout 0
func TestWrittenPolicies(t *testing.T) {
	const callsPerPolicy = 1000
	tried, live, policies, refused := 0, 0, 0, 0
	for seed := uint64(0); tried < *cases; seed++ {
		w := writer{Rand: rand.New(rand.NewPCG(seed, 1)), abis: semanticsABIs[seed%uint64(len(semanticsABIs))]}
		text := w.policy()
		p, found := policy.Load(policy.Request{
			Policies: []string{"./random.toml"}, ABIs: w.abis, Native: w.abis[0],
			ReadFile: func(string) (string, error) { return text, nil },
		})
		if found.Failed() {
			refused++
			continue
		}
		compiled, err := compiler.Compile(p.Typed)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		policies++
		calls := make([]typed.Call, callsPerPolicy)
		for i := range calls {
			calls[i] = w.call()
		}
		check := func(source string, c *typed.Call, got bpf.Return) {
			if want := p.Typed.Decide(c).Action.String(); got.String() != want {
				t.Fatalf("seed %d, call %+v: %s says %v, the evaluator %s\n%s", seed, *c, source, got, want, text)
			}
		}
		for i := range calls {
			c := &calls[i]
			got, _ := compiled.Program.Run(&bpf.Data{Nr: c.Nr, Arch: c.Arch, IP: c.IP, Args: c.Args}, w.abis[0].BigEndian())
			check("the emulator", c, got)
		}
		tried += len(calls)
		if runtime.GOARCH == "amd64" && w.abis[0] == arch.X86_64 && live < *liveCases {
			askKernel(t, compiled.Program, calls, check)
			live += len(calls)
		}
	}
	t.Logf("%d policies (%d more were refused), %d calls agree with the emulator, %d with the kernel", policies, refused, tried, live)
	if refused > 20*policies {
		t.Error("nearly all policies are refused: the test does not see enough")
	}
}

// askKernel asks the running kernel for its verdicts on the calls.
func askKernel(t *testing.T, p bpf.Program, calls []typed.Call, check func(string, *typed.Call, bpf.Return)) {
	t.Helper()
	asked := make([]oracle.Call, len(calls))
	for i, c := range calls {
		asked[i] = oracle.Call{I386: c.Arch == arch.I386.Audit(), Nr: c.Nr, Args: c.Args}
	}
	verdicts, err := oracle.Verdicts(p, asked)
	if err != nil {
		t.Fatal(err)
	}
	for i := range calls {
		check("the kernel", &calls[i], verdicts[i])
	}
}

// A writer writes random policies. It keeps the numbers that it used, as calls
// near them are the ones that tell.
type writer struct {
	*rand.Rand
	abis    []arch.ABI
	numbers []uint64
	calls   []uint32
}

func (w *writer) policy() string {
	var b strings.Builder
	b.WriteString("version = 1\ndefault = \"errno(99)\"\n")
	for rule := range 1 + w.IntN(4) {
		fmt.Fprintf(&b, "[[rule]]\naction = \"errno(%d)\"\nfilters = [\n", 100+rule)
		for range 1 + w.IntN(3) {
			fmt.Fprintf(&b, "  %q,\n", w.filter())
		}
		b.WriteString("]\n")
	}
	return b.String()
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
	return selectors + ": " + w.condition(params, 2)
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
		if !onAll || w.abis[0] == arch.X86_64 && (s.Number == 335 || s.Number == 336) {
			continue
		}
		w.calls = append(w.calls, s.Number)
		return s
	}
}

func (w *writer) condition(params []arch.Param, depth int) string {
	if depth > 0 {
		switch w.IntN(6) {
		case 0:
			return fmt.Sprintf("!(%s)", w.condition(params, depth-1))
		case 1:
			return fmt.Sprintf("(%s && %s)", w.condition(params, depth-1), w.condition(params, depth-1))
		case 2:
			return fmt.Sprintf("%s || %s", w.condition(params, depth-1), w.condition(params, depth-1))
		}
	}
	x := w.integer(params, 2)
	switch w.IntN(8) {
	case 0:
		return fmt.Sprintf("%s in {%s, %s, %s}", x, w.number(), w.number(), w.number())
	case 1:
		return fmt.Sprintf("%s not in {%s, %s}", x, w.number(), w.number())
	case 2:
		low := w.IntN(1000)
		return fmt.Sprintf("%s in %d..%d", x, low, low+1+w.IntN(1<<w.IntN(30)))
	case 3:
		return fmt.Sprintf("%s %s %s", x, w.comparison(), w.integer(params, 1))
	case 4:
		return fmt.Sprintf("%s & %s", x, w.number())
	}
	return fmt.Sprintf("%s %s %s", x, w.comparison(), w.number())
}

func (w *writer) comparison() string {
	return [...]string{"==", "!=", "<", "<=", ">", ">="}[w.IntN(6)]
}

func (w *writer) integer(params []arch.Param, depth int) string {
	if depth == 0 || w.IntN(3) == 0 {
		return w.operand(params)
	}
	x := w.integer(params, depth-1)
	switch w.IntN(10) {
	case 0:
		return "~" + w.operand(params)
	case 1:
		return "-" + w.operand(params)
	case 2:
		return fmt.Sprintf("(%s + %s)", x, w.number())
	case 3:
		return fmt.Sprintf("(%s - %s)", x, w.number())
	case 4:
		return fmt.Sprintf("(%s ^ %s)", x, w.number())
	case 5:
		return fmt.Sprintf("(%s >> %d)", x, w.IntN(32))
	case 6:
		return fmt.Sprintf("(%s * %d)", x, 1+w.IntN(1000))
	case 7:
		return fmt.Sprintf("(%s %% %d)", x, 1+w.IntN(1000))
	}
	return fmt.Sprintf("(%s & %s)", x, w.number())
}

func (w *writer) operand(params []arch.Param) string {
	p := params[w.IntN(len(params))]
	cast := [...]string{"u8", "u16", "u32", "i32", "u64", "i64"}[w.IntN(6)]
	switch {
	case w.IntN(8) == 0:
		return fmt.Sprintf("args[%d]", w.IntN(len(params)))
	case p.Type.Pointer || w.IntN(4) == 0:
		return fmt.Sprintf("(%s)%s", cast, p.Name)
	}
	return p.Name
}

// number writes a number that is likely to be on an edge.
func (w *writer) number() string {
	v := w.edge()
	w.numbers = append(w.numbers, v)
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

// call returns a call near the numbers that the policy speaks of.
func (w *writer) call() typed.Call {
	c := typed.Call{Arch: w.abis[w.IntN(len(w.abis))].Audit(), Nr: w.calls[w.IntN(len(w.calls))]}
	if abi, _ := arch.ByAudit(c.Arch); abi != w.abis[0] {
		if s, ok := w.abis[0].Numbered(c.Nr); ok {
			if other, ok := abi.Syscall(s.Name); ok {
				c.Nr = other.Number
			}
		}
	}
	for i := range c.Args {
		v := w.edge()
		if len(w.numbers) > 0 && w.IntN(4) > 0 {
			v = w.numbers[w.IntN(len(w.numbers))]
		}
		switch w.IntN(8) {
		case 0:
			v++
		case 1:
			v--
		case 2:
			v |= w.Uint64() << 32
		case 3:
			v = uint64(int64(int32(v)))
		case 4:
			v = uint64(uint32(v))
		}
		c.Args[i] = v
	}
	return c
}
