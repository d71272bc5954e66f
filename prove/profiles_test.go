package prove

import (
	"testing"
	"time"

	"sandbox/arch"
	"sandbox/compiler"
	"sandbox/policies"
	"sandbox/policy"
)

// profile loads a shipped profile for some ABIs.
func profile(t testing.TB, name string, abis ...arch.ABI) *policy.Policy {
	t.Helper()
	p, list := policy.Load(policy.Request{
		Policies: []string{name}, ABIs: abis, Native: arch.X86_64,
		Profile: policies.Text, ProfileNames: policies.Names(),
	})
	if list.Failed() {
		t.Fatal(list.Err())
	}
	return p
}

// TestProfiles proves the shipped profiles for all ABIs of each machine, and
// looks at all facts about them: nothing is too complex.
func TestProfiles(t *testing.T) {
	for _, name := range policies.Names() {
		for _, abis := range [][]arch.ABI{
			{arch.X86_64},
			{arch.X86_64, arch.I386},
			{arch.AArch64, arch.ARM},
			{arch.RISCV64},
			{arch.S390X},
			{arch.PPC64LE},
			{arch.LoongArch64},
			{arch.MIPS64EL},
		} {
			p := profile(t, name, abis...).Typed
			compiled, err := compiler.Compile(p)
			if err != nil {
				t.Errorf("%s for %v: %v", name, abis, err)
				continue
			}
			start := time.Now()
			proved, err := Prove(p, compiled.Program)
			if err != nil {
				t.Errorf("%s for %v: %v", name, abis, err)
				continue
			}
			took := time.Since(start)
			start = time.Now()
			for i := range p.Layers {
				for k := range p.Layers[i].ABIs {
					for n, f := range Inspect(&p.Layers[i].ABIs[k]) {
						if f.Approximate {
							t.Errorf("%s for %v: filter %d is too complex", name, abis, n)
						}
					}
				}
			}
			t.Logf("%s for %v: %d instructions, %+v, %v; facts %v", name, abis, compiled.Program.Len(), proved.Stats(), took, time.Since(start))
		}
	}
}

// TestStackedProfiles proves what several policies come to.
func TestStackedProfiles(t *testing.T) {
	p, list := policy.Load(policy.Request{
		Policies: policies.Names(), Native: arch.X86_64,
		Profile: policies.Text, ProfileNames: policies.Names(),
	})
	if list.Failed() {
		t.Fatal(list.Err())
	}
	compiled, err := compiler.Compile(p.Typed)
	if err != nil {
		t.Fatal(err)
	}
	proved, err := Prove(p.Typed, compiled.Program)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d instructions, %+v", compiled.Program.Len(), proved.Stats())
}
