package prove

import (
	"syscall"
	"testing"
	"time"
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
