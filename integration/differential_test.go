package integration

import (
	"flag"
	"math/rand/v2"
	"testing"

	"sandbox/bpf"
	"sandbox/compiler"
	"sandbox/internal/policytest"
	"sandbox/policy"
)

var cases = flag.Int("cases", 200_000, "random calls to try in TestWrittenPolicies")

// TestWrittenPolicies writes random policies as a person would, for each of the
// machines, and holds the compiled programs to the evaluator. [TestLiveKernel]
// asks the running kernel about such policies, too. Run it for longer with
//
//	go test ./integration -run TestWrittenPolicies -cases 1000000000 -timeout 0
func TestWrittenPolicies(t *testing.T) {
	const callsPerPolicy = 1000
	tried, policies, written, refused := 0, 0, 0, 0
	for seed := uint64(0); tried < *cases; seed++ {
		source := rand.New(rand.NewPCG(seed, 3))
		abis := semanticsABIs[seed%uint64(len(semanticsABIs))]
		w := newWriter(source, abis)
		text := w.policy(4)
		written, refused = written+w.written, refused+w.refused
		p, found := policy.Load(w.request(text))
		if found.Failed() {
			t.Fatalf("seed %d: %v\n%s", seed, found.Err(), text)
		}
		compiled, err := compiler.Compile(p.Typed)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		policies++
		var aims []aim
		for _, abi := range abis {
			aims = append(aims, newAim(p.Typed, abi, source))
		}
		for range callsPerPolicy {
			c := aims[source.IntN(len(aims))].call()
			got, _ := compiled.Program.Run(&bpf.Data{Nr: c.Nr, Arch: c.Arch, IP: c.IP, Args: c.Args}, abis[0].BigEndian())
			if want := p.Typed.Decide(&c).Action; got.Effective() != policytest.ReturnOf(want) {
				t.Fatalf("seed %d, call %+v: the emulator says %v, the evaluator %v\n%s", seed, c, got, want, text)
			}
		}
		tried += callsPerPolicy
	}
	t.Logf("%d policies, %d calls agree; %d of %d filters were refused", policies, tried, refused, written)
	if refused > 20*(written-refused) {
		t.Error("nearly all filters are refused: the test does not see enough")
	}
}
