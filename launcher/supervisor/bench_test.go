//go:build linux && (amd64 || arm64)

package supervisor

import (
	"strconv"
	"testing"
)

// BenchmarkRoundTrip measures a denied call from one to the next: the caller's
// way into the kernel, the supervisor's wake-up, its answer, and the way back.
//
//	go test ./launcher/supervisor -run '^$' -bench RoundTrip -count 5
func BenchmarkRoundTrip(b *testing.B) {
	v, l := start(b, role(b, "loop", strconv.Itoa(b.N))...)
	b.ReportAllocs()
	first := true
	err := l.Serve(HandlerFunc(func(*Call) Answer {
		if first { // the victim has started
			b.ResetTimer()
			first = false
		}
		return Errno(1)
	}))
	if err != nil {
		b.Fatal(err)
	}
	v.output(b)
}
