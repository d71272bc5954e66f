package policy_test

import (
	"os"
	"testing"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policies"
	"sandbox/policy"
)

func BenchmarkLoadDocker(b *testing.B) {
	text, err := os.ReadFile("/work/shared/data/docker_x86_64.toml")
	if err != nil {
		b.Skip(err)
	}
	request := policy.Request{
		Policies: []string{"docker.toml"},
		Native:   arch.X86_64,
		ReadFile: func(string) (string, error) { return string(text), nil },
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, list := policy.Load(request); list.Failed() {
			b.Fatal(list.Err())
		}
	}
}

func TestShipped(t *testing.T) {
	for _, name := range policies.Names() {
		_, list := policy.Load(policy.Request{Policies: []string{name}, Native: arch.X86_64, Profile: policies.Text, ProfileNames: policies.Names()})
		t.Logf("%s", diag.Style{}.Append(nil, list))
	}
}
