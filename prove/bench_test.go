package prove

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"sandbox/arch"
	"sandbox/compiler"
)

// cpuTime returns what the process used so far: on a machine that does other
// things, too, elapsed time tells little.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measure runs do as a benchmark and reports processor time beside elapsed time.
func measure(b *testing.B, do func()) {
	before := cpuTime(b)
	for b.Loop() {
		do()
	}
	b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/float64(b.N), "cpu-us/op")
}

// BenchmarkRules proves and inspects policies of 2,000 rules about one call.
func BenchmarkRules(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, test := range []struct {
		name   string
		filter func(i int) string
	}{
		{"32 bits", func(int) string { return fmt.Sprintf("ioctl: cmd == %#x", r.Uint32()) }},
		{"64 bits", func(i int) string { return fmt.Sprintf("lseek: offset == %d", 3*i) }},
		{"two arguments", func(i int) string {
			return fmt.Sprintf("ioctl: %s == %d", [...]string{"fd", "cmd"}[min(i%10, 1)], i)
		}},
	} {
		p := loaded(b, rules(2000, test.filter), arch.X86_64).Typed
		compiled, err := compiler.Compile(p)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("prove/"+test.name, func(b *testing.B) {
			b.ReportAllocs()
			measure(b, func() {
				if _, err := Prove(p, compiled.Program); err != nil {
					b.Fatal(err)
				}
			})
		})
		b.Run("inspect/"+test.name, func(b *testing.B) {
			b.ReportAllocs()
			measure(b, func() { Inspect(&p.Layers[0].ABIs[0]) })
		})
	}
}
