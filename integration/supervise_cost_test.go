package integration

import (
	"math/rand/v2"
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/compiler"
	"sandbox/policies"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// TestSupervisedCost holds run to what it promises of calls that are allowed:
// they cost what they cost under exec. What is counted is instructions: the
// kernel skips the filter for the same calls, but for seccomp, of which the
// guard looks at the arguments; and the others take no more of them, all
// together, and one more at most each. Fewer answers differ, so that the search
// is laid out anew.
func TestSupervisedCost(t *testing.T) {
	const abi = arch.X86_64
	guarded, ok := abi.Syscall("seccomp")
	if !ok {
		t.Fatal("there is no seccomp")
	}
	for _, name := range []string{"baseline", "offline", "compute", "../policy/testdata/docker.toml"} {
		t.Run(name, func(t *testing.T) {
			p, found := policy.Load(policy.Request{Policies: []string{name}, ABIs: []arch.ABI{abi}, Native: abi, Profile: policies.Text})
			if found.Failed() {
				t.Fatal(found.Err())
			}
			plain, supervised := compiled(t, p.Typed), compiled(t, p.Guarded().Supervised().Typed)
			for nr := range uint32(512) {
				if was, is := plain.Cacheable(abi.Audit(), nr), supervised.Cacheable(abi.Audit(), nr); was != is && nr != guarded.Number {
					t.Errorf("number %d: is the filter skipped? %v under exec, %v under run", nr, was, is)
				}
			}
			const calls = 20000
			allowed, before, after := 0, 0, 0
			for a := newAim(p.Typed, abi, rand.New(rand.NewPCG(1, 1))); allowed < calls; {
				c := a.call()
				if c.Nr == guarded.Number || p.Typed.Decide(&c).Action.Kind != typed.Allow || plain.Cacheable(c.Arch, c.Nr) {
					continue
				}
				data := bpf.Data{Nr: c.Nr, Arch: c.Arch, IP: c.IP, Args: c.Args}
				_, n := plain.Run(&data, false)
				_, m := supervised.Run(&data, false)
				if m > n+1 {
					t.Errorf("%v takes %d instructions, and %d under run", &c, n, m)
				}
				allowed, before, after = allowed+1, before+n, after+m
			}
			t.Logf("%d and %d instructions; %d allowed calls for which the filter runs took %.3f and %.3f each",
				plain.Len(), supervised.Len(), allowed, float64(before)/calls, float64(after)/calls)
			if after > before {
				t.Errorf("calls that are allowed take more instructions under run: %d in place of %d", after, before)
			}
		})
	}
}

func compiled(t *testing.T, p *typed.Policy) bpf.Program {
	t.Helper()
	c, err := compiler.Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	return c.Program
}
