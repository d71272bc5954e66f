//go:build linux && (amd64 || arm64)

package supervisor

import (
	"os"
	"os/exec"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"sandbox/internal/machine"
	"sandbox/policy/typed"
)

// The benchmarks measure from one denied call to the next: the caller's way
// into the kernel, the supervisor's wake-up, its answer, and the way back. What
// that costs is mostly two switches between processes, so that it is to be
// compared with Bare and Pipes of the same run, which do that in C.
//
//	go test ./launcher/supervisor -run '^$' -bench . -count 5

// BenchmarkRoundTrip answers as soon as it is asked.
func BenchmarkRoundTrip(b *testing.B) {
	benchmark(b, func(*Listener) HandlerFunc {
		return func(*Call) Answer { return Errno(1) }
	})
}

// BenchmarkDecoded decides by a policy and counts, as run does.
func BenchmarkDecoded(b *testing.B) {
	policy := judgingPolicy()
	denials := NewDenials(policy, Limits{})
	benchmark(b, func(l *Listener) HandlerFunc {
		return func(c *Call) Answer {
			denials.Add(c, policy.Decide(&c.Call), l)
			return Errno(1)
		}
	})
	if s := denials.Summary(); s.Count != uint64(b.N) || len(s.Denials) != 1 {
		b.Errorf("%+v", s)
	}
}

func benchmark(b *testing.B, handler func(*Listener) HandlerFunc) {
	v, l := start(b, role(b, "loop", strconv.Itoa(b.N))...)
	b.ReportAllocs()
	first, answer := true, handler(l)
	err := l.Serve(HandlerFunc(func(c *Call) Answer {
		if first { // the victim has started
			b.ResetTimer()
			first = false
		}
		return answer(c)
	}))
	if err != nil {
		b.Fatal(err)
	}
	v.output(b)
}

// BenchmarkLook looks at the caller of each call and reads its path, as run does for
// the first of those that are alike.
func BenchmarkLook(b *testing.B) {
	v := newVictim(b, []uint32{unix.SYS_MKDIRAT}, role(b, "paths", strconv.Itoa(b.N))...)
	l := v.start(b)
	b.ReportAllocs()
	first := true
	if err := l.Serve(HandlerFunc(func(c *Call) Answer {
		seen, err := l.Look(c)
		if err != nil || seen.Objects[0].Text() != "/path" {
			b.Errorf("%+v, %v", seen, err)
		}
		if first { // the process that reads is there
			b.ResetTimer()
			first = false
		}
		return Errno(1)
	})); err != nil {
		b.Fatal(err)
	}
	v.output(b)
}

// BenchmarkBare is a supervisor in C that looks at nothing.
func BenchmarkBare(b *testing.B) {
	bare := exec.Command(machine.CompileC(b, "testdata/bare.c"))
	v, l := start(b, role(b, "loop", strconv.Itoa(b.N))...)
	listener, err := unix.FcntlInt(uintptr(l.fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		b.Fatal(err)
	}
	bare.ExtraFiles = []*os.File{os.NewFile(uintptr(listener), "listener")} // 3
	l.Close()
	b.ResetTimer()
	if err := bare.Start(); err != nil {
		b.Fatal(err)
	}
	bare.ExtraFiles[0].Close()
	if err := bare.Wait(); err != nil {
		b.Fatal(err)
	}
	v.output(b)
}

// BenchmarkPipes is a byte that goes to another process and comes back, in C: two
// switches between processes and nothing else.
func BenchmarkPipes(b *testing.B) {
	pipes := exec.Command(machine.CompileC(b, "testdata/pipes.c"), strconv.Itoa(b.N))
	b.ResetTimer()
	if err := pipes.Run(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkCount counts a denial that has been there before.
func BenchmarkCount(b *testing.B) {
	d := NewDenials(judgingPolicy(), Limits{})
	c := &crowd{exe: map[int]string{1: "/bin/a"}}
	a := call(b, 1, "openat", 3, 4, 1)
	b.ReportAllocs()
	for b.Loop() {
		d.Add(a, typed.Decision{Rule: ruleOpen}, c)
	}
}
