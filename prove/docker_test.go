package prove

import (
	"os"
	"testing"

	"sandbox/arch"
	"sandbox/compiler"
	"sandbox/policy"
)

// docker loads Docker's default profile.
func docker(t testing.TB) *policy.Policy {
	t.Helper()
	text, err := os.ReadFile("../policy/testdata/docker.toml")
	if err != nil {
		t.Fatal(err)
	}
	return loaded(t, string(text), arch.X86_64)
}

// loaded checks a policy that is given as text.
func loaded(t testing.TB, text string, abis ...arch.ABI) *policy.Policy {
	t.Helper()
	p, list := policy.Load(policy.Request{
		Policies: []string{"p.toml"}, ABIs: abis, Native: arch.X86_64,
		ReadFile: func(string) (string, error) { return text, nil },
	})
	if list.Failed() {
		t.Fatal(list.Err())
	}
	return p
}

// BenchmarkDocker proves Docker's default profile with warm caches.
func BenchmarkDocker(b *testing.B) {
	p := docker(b)
	compiled, err := compiler.Compile(p.Typed)
	if err != nil {
		b.Fatal(err)
	}
	var proved Proved
	measure(b, func() {
		if proved, err = Prove(p.Typed, compiled.Program); err != nil {
			b.Fatal(err)
		}
	})
	b.ReportMetric(float64(proved.Stats().Nodes), "nodes")
	b.ReportAllocs()
}

// BenchmarkInspectDocker finds all facts about Docker's default profile.
func BenchmarkInspectDocker(b *testing.B) {
	p := docker(b)
	measure(b, func() {
		for i := range p.Typed.Layers[0].ABIs {
			Inspect(&p.Typed.Layers[0].ABIs[i])
		}
	})
}
