package compiler

import (
	"errors"
	"flag"
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/internal/policygen"
	"sandbox/policy/typed"
)

var cases = flag.Int("cases", 1_200_000, "random calls to try in TestDifferential")

// machines are ABIs that can stand in one program, of both byte orders.
var machines = [][]arch.ABI{
	{arch.X86_64, arch.I386},
	{arch.S390X},
	{arch.AArch64, arch.ARM},
	{arch.X86_64},
}

// TestDifferential holds compiled programs to the evaluator, over random
// policies and calls near their constants. Run it for longer with
//
//	go test ./compiler -run TestDifferential -cases 1000000000 -timeout 0
func TestDifferential(t *testing.T) {
	const callsPerPolicy = 400
	actions := make(map[bpf.Return]int)
	tried, refused, largest := 0, 0, 0
	for seed := uint64(0); tried < *cases; seed++ {
		g := policygen.New(seed)
		abis := machines[seed%uint64(len(machines))]
		p := g.Policy(abis...)
		compiled, err := Compile(p)
		if err != nil {
			var complexity *TooComplexError
			var size *TooLargeError
			if !errors.As(err, &complexity) && !errors.As(err, &size) && !errors.Is(err, errNoABI) {
				t.Fatalf("seed %d: %v", seed, err)
			}
			refused++
			continue
		}
		largest = max(largest, compiled.Program.Len())
		for range callsPerPolicy {
			call := g.Call(abis...)
			got := run(compiled.Program, &call, abis[0].BigEndian())
			if want := expected(p.Decide(&call).Action); got != want {
				t.Fatalf("seed %d, call %+v: the program returns %v, the policy says %v", seed, call, got, want)
			}
			actions[got.Action()]++
			tried++
		}
	}
	t.Logf("%d calls agree; %d policies refused as too large or complex; the largest program has %d instructions", tried, refused, largest)
	for _, a := range returnOf {
		if actions[a] < tried/1000 {
			t.Errorf("only %d of %d calls came to %v: the test does not see enough", actions[a], tried, a)
		}
	}
	if refused > tried/callsPerPolicy/4 {
		t.Errorf("%d policies were refused: the test does not see enough", refused)
	}
}

func run(p bpf.Program, c *typed.Call, bigEndian bool) bpf.Return {
	r, _ := p.Run(&bpf.Data{Nr: c.Nr, Arch: c.Arch, IP: c.IP, Args: c.Args}, bigEndian)
	return r
}

func expected(a typed.Action) bpf.Return { return returnOf[a.Kind].With(a.Data) }
