package compiler

import (
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// TestDocker holds Docker's default profile to counts: the size; the mean of
// the instructions for the numbers from 0 to 461 that it denies outright; and
// the mean for the two calls whose arguments it looks at, all 0. With arguments
// of 64 bits the last cannot be below 8.5: three instructions find ABI and
// number, one of the calls takes a test to be found and the other two, their
// arguments take two instructions and four, and each returns.
func TestDocker(t *testing.T) {
	limits := map[string]struct{ size, denied, checked float64 }{
		"docker":       {62, 10, 8.5},
		"docker_typed": {56, 10, 7.5},
	}
	for _, p := range corpus(t) {
		limit, ok := limits[p.name]
		if !ok {
			continue
		}
		program := compiled(t, p.typed)
		executed := func(nr uint32) (bpf.Return, float64) {
			r, n := program.Run(&bpf.Data{Arch: arch.X86_64.Audit(), Nr: nr}, false)
			return r, float64(n)
		}
		var denied, numbers, checked float64
		for nr := range uint32(462) {
			if r, n := executed(nr); r == bpf.Errno.With(1) {
				numbers++
				denied += n
			}
		}
		for _, name := range []string{"personality", "socket"} {
			s, _ := arch.X86_64.Syscall(name)
			_, n := executed(s.Number)
			checked += n
		}
		t.Logf("%s: %d instructions; %.2f for each of %.0f numbers denied; %.1f for the calls whose arguments are checked",
			p.name, program.Len(), denied/numbers, numbers, checked/2)
		if float64(program.Len()) > limit.size || denied/numbers > limit.denied || checked/2 > limit.checked {
			t.Errorf("%s: the limits are %v", p.name, limit)
		}
		for _, s := range arch.X86_64.Syscalls() {
			if r, _ := executed(s.Number); r == bpf.Allow && s.Name != "personality" && s.Name != "socket" && !program.Cacheable(arch.X86_64.Audit(), s.Number) {
				t.Errorf("%s: the kernel cannot cache %s", p.name, s.Name)
			}
		}
	}
}

// TestWeights shows that what is called more often is found sooner.
func TestWeights(t *testing.T) {
	var filters []typed.Filter
	for nr := range uint32(200) {
		filters = append(filters, allowing(compareEq(0, int64(nr)), typed.NumberRange{First: 2 * nr, Last: 2 * nr}))
	}
	p := policyOf(arch.X86_64, filters...)
	executed := func(often uint32) int {
		c, err := Options{Weights: func(_ arch.ABI, number uint32) float64 {
			if number == often {
				return 100_000
			}
			return 0
		}}.Compile(p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := prove.Prove(p, c.Program); err != nil {
			t.Fatal(err)
		}
		return c.Program.Cost(arch.X86_64.Audit(), often).Instructions
	}
	for _, nr := range []uint32{0, 38, 40, 200, 334} {
		// ld arch; jeq; ld nr; jeq; ld argument; jeq; ret
		if got := executed(nr); got != 7 {
			t.Errorf("number %d takes %d instructions though it is nearly all that is called", nr, got)
		}
	}
}

// TestFrequencies holds the shipped frequencies to what looks them up.
func TestFrequencies(t *testing.T) {
	for i, f := range frequencies {
		if i > 0 && f.name <= frequencies[i-1].name {
			t.Errorf("%s is out of order", f.name)
		}
		s, ok := arch.X86_64.Syscall(f.name)
		if !ok {
			t.Errorf("there is no %s", f.name)
		}
		if got := Frequency(arch.X86_64, s.Number); got != f.weight {
			t.Errorf("%s has the frequency %v, want %v", f.name, got, f.weight)
		}
	}
}

func BenchmarkDocker(b *testing.B) {
	for _, p := range corpus(b) {
		if p.name == "docker" {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Compile(p.typed); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}
