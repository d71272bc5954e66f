//go:build linux

package oracle

import (
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sandbox/bpf"
)

// program verifies text, in the form of bpf.Parse.
func program(t testing.TB, text string) bpf.Program {
	t.Helper()
	code, err := bpf.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	p, err := bpf.Verify(code)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// byNumber allows getpid, kills -1 and gives x32 numbers errno 9, else traps.
const byNumber = `
	ld [0]
	jeq #39, 0, 1
	ret #0x7fff0000
	jeq #0xffffffff, 0, 1
	ret #0x80000000
	jset #0x40000000, 0, 1
	ret #0x50009
	ret #0x30007
`

func TestVerdicts(t *testing.T) {
	calls := []Call{
		{Nr: 39},
		{Nr: 40},
		{Nr: 0xffffffff},
		{Nr: 0x40000000 | 39},
		{Nr: 0x7fffffff},
		{Nr: 0x80000000},
	}
	want := []bpf.Return{
		bpf.Allow,
		bpf.Trap.With(7),
		bpf.KillProcess,
		bpf.Errno.With(9),
		bpf.Errno.With(9),
		bpf.Trap.With(7),
	}
	if haveInt80 {
		for i, c := range calls {
			c.I386 = true
			calls, want = append(calls, c), append(want, want[i])
		}
	}
	got, err := Verdicts(program(t, byNumber), calls)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A division by zero ends the child: the calls behind it need another one.
func TestVerdictsAroundKills(t *testing.T) {
	p := program(t, `
		ld [16]
		tax
		ld #6
		div x
		jeq #3, 0, 1
		ret #0x7fff0000
		ret #0x50001
	`)
	var calls []Call
	var want []bpf.Return
	for i := range uint64(9) {
		calls = append(calls, Call{Args: [6]uint64{i % 3}})
		want = append(want, [...]bpf.Return{bpf.KillThread, bpf.Errno.With(1), bpf.Allow}[i%3])
	}
	got, err := Verdicts(p, calls)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestErrnos(t *testing.T) {
	p := program(t, "ld [24]\nand #0xfff\nor #0x50000\nret a")
	var calls []Call
	var want []int
	for e := range bpf.MaxErrno + 1 {
		calls = append(calls, Call{Nr: uint32(e % 300), Args: [6]uint64{1: uint64(e) | 0xabc<<32}})
		want = append(want, e)
	}
	got, err := Errnos(p, calls)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRefused(t *testing.T) {
	tests := []struct {
		name, text string
		call       Call
		want       string
	}{
		{"allow", "ret #0x7fff0000", Call{}, "returns allow"},
		{"unknown action", "ret #0x60000", Call{}, "returns kill_process"},
		{"unmasked", "ld [0]\nret a", Call{}, "may not be an errno"},
		{"wrong mask", "ld [0]\nand #0xffff\nor #0x50000\nret a", Call{}, "may not be an errno"},
		{"wrong action", "ld [0]\nand #0xfff\nor #0x7fff0000\nret a", Call{}, "may not be an errno"},
		{"jump to the or", "ja 1\nand #0xfff\nor #0x50000\nret a", Call{}, "may not be an errno"},
		{"jump to the return", "jeq #0, 2, 0\nand #0xfff\nor #0x50000\nret a", Call{}, "may not be an errno"},
		{"uretprobe", "ret #0x50001", Call{Nr: 335}, "exempts"},
		{"uprobe", "ret #0x50001", Call{Nr: 336}, "exempts"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Errnos(program(t, test.text), []Call{test.call})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want %q", err, test.want)
			}
		})
	}
	if _, err := Errnos(bpf.Program{}, []Call{{}}); err == nil {
		t.Error("the zero program was probed")
	}
	if _, err := Verdicts(program(t, "ld [0]\nand #0xfff\nor #0x50000\nret a"), nil); err == nil {
		t.Error("Verdicts took a program that returns the accumulator")
	}
	code := make([]bpf.Instruction, 3097)
	for i := range code {
		code[i] = bpf.Stmt(bpf.RetK, uint32(i))
	}
	for n, wantErr := range map[int]bool{3096: false, 3097: true} {
		p, err := bpf.Verify(code[:n])
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Verdicts(p, []Call{{}}); (err != nil) != wantErr {
			t.Errorf("%d different returns: got %v, error %v", n, got, err)
		}
	}
}

// The check that nothing was executed works: here getpid is.
func TestExecutedIsSeen(t *testing.T) {
	calls := []Call{{Nr: 39}}
	if runtime.GOARCH != "amd64" {
		calls[0].Nr = 172
	}
	m, err := newMemory(1)
	if err != nil {
		t.Fatal(err)
	}
	defer m.free()
	copy(m.calls, calls)
	_, err = m.probe(program(t, "ret #0x7fff0000").Code(), m.calls, nil)
	if err == nil || !strings.Contains(err.Error(), "was executed") {
		t.Errorf("got error %v", err)
	}
	// A kill that no division explains is no verdict.
	_, err = m.probe(program(t, "ret #0x80000000").Code(), m.calls, nil)
	if err == nil || !strings.Contains(err.Error(), "the child ended") {
		t.Errorf("got error %v", err)
	}
}

// A filter sees the registers as they are, all 64 bits, and Entries says what.
func TestEntries(t *testing.T) {
	calls := []Call{{Nr: 0x1234, Args: [6]uint64{
		0x0123456789abcdef, 0xffffffff00000000, 0xffffffff, 1 << 63, 0x8877665544332211, 0xdeadbeefcafebabe,
	}}}
	if haveInt80 {
		calls = append(calls, calls[0])
		calls[1].I386 = true
	}
	entries, err := FindEntries()
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range calls {
		d := entries.Data(c)
		words := []uint32{d.Nr, d.Arch, uint32(d.IP), uint32(d.IP >> 32)}
		for _, a := range d.Args {
			words = append(words, uint32(a), uint32(a>>32))
		}
		var code []bpf.Instruction
		for n, w := range words {
			code = append(
				code,
				bpf.Stmt(bpf.LdWAbs, uint32(4*n)),
				bpf.Jump(bpf.JeqK, w, 1, 0),
				bpf.Stmt(bpf.RetK, uint32(bpf.Errno)+uint32(n)),
			)
		}
		p, err := bpf.Verify(append(code, bpf.Stmt(bpf.RetK, uint32(bpf.Allow))))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Verdicts(p, calls[i:i+1])
		if err != nil {
			t.Fatal(err)
		}
		if got[0] != bpf.Allow {
			t.Errorf("call %d: word %d of %+v is not what the kernel shows", i, got[0].Data(), d)
		}
	}
}

func TestAccepts(t *testing.T) {
	tests := []struct {
		code []bpf.Instruction
		want bool
	}{
		{program(t, byNumber).Code(), true},
		{nil, false},
		{program(t, byNumber).Code()[:2], false},
		{[]bpf.Instruction{bpf.Stmt(bpf.LdWAbs, 64), bpf.Stmt(bpf.RetA, 0)}, false},
		{[]bpf.Instruction{bpf.Stmt(bpf.LdWAbs, 60), bpf.Stmt(bpf.RetA, 0)}, true},
	}
	var programs [][]bpf.Instruction
	for _, test := range tests {
		programs = append(programs, test.code)
	}
	got, err := Accepts(programs)
	if err != nil {
		t.Fatal(err)
	}
	for i, test := range tests {
		installed, err := Installs(test.code)
		if err != nil {
			t.Fatal(err)
		}
		if got[i] != test.want || installed != test.want {
			t.Errorf("%v: offered %t, installed %t, want %t", test.code, got[i], installed, test.want)
		}
	}
}

// The process that asks is never filtered, and many may ask at once.
func TestCallerUntouched(t *testing.T) {
	before := seccompState(t)
	p := program(t, byNumber)
	var askers sync.WaitGroup
	for range 8 {
		askers.Go(func() {
			calls := make([]Call, 5000)
			got, err := Verdicts(p, calls)
			if err != nil || got[len(got)-1] != bpf.Trap.With(7) {
				t.Errorf("got %v, error %v", got, err)
			}
		})
	}
	askers.Wait()
	if after := seccompState(t); after != before {
		t.Errorf("the test process changed from %q to %q", before, after)
	}
}

// seccompState returns the lines of /proc/thread-self/status that a filter, or
// the wish for one, would change, and the signal mask.
func seccompState(t *testing.T) string {
	t.Helper()
	status, err := os.ReadFile("/proc/thread-self/status")
	if err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`(?m)^(NoNewPrivs|Seccomp|Seccomp_filters|SigBlk):.*$`).FindAllString(string(status), -1)
	if len(lines) < 3 {
		t.Fatalf("no seccomp state in %q", status)
	}
	return strings.Join(lines, "; ")
}

// A batch serves one program after another, and fewer calls than it has room
// for.
func TestBatch(t *testing.T) {
	b, err := NewBatch(1000)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Free()
	room := b.Calls
	for _, n := range []int{1000, 1, 0, 999, 1000} {
		for _, data := range []uint16{7, 9} {
			p := program(t, fmt.Sprintf("ld [16]\njge #%d, 0, 1\nret #0x80000000\nret #%d", n/2, bpf.Trap.With(data)))
			b.Calls = room[:n]
			for i := range b.Calls {
				b.Calls[i] = Call{Nr: uint32(i % 300), Args: [6]uint64{uint64(i)}}
			}
			if err := b.Ask(p); err != nil {
				t.Fatal(err)
			}
			if len(b.Verdicts) != n {
				t.Fatalf("%d verdicts on %d calls", len(b.Verdicts), n)
			}
			for i, got := range b.Verdicts {
				want := bpf.Trap.With(data)
				if i >= n/2 {
					want = bpf.KillProcess
				}
				if got != want {
					t.Fatalf("call %d of %d: got %v, want %v", i, n, got, want)
				}
			}
		}
	}
	if err := b.Ask(bpf.Program{}); err == nil {
		t.Error("the zero program was asked about")
	}
}

// BenchmarkEntries tells what one call costs by each entry: kernel, filter and
// loop. The batch is large enough to hide the fork.
func BenchmarkEntries(b *testing.B) {
	const n = 20_000
	p := program(b, byNumber)
	for _, i386 := range []bool{false, true} {
		name := "native"
		if i386 {
			name = "int80"
		}
		if i386 && !haveInt80 {
			continue
		}
		b.Run(name, func(b *testing.B) {
			batch, err := NewBatch(n)
			if err != nil {
				b.Fatal(err)
			}
			defer batch.Free()
			for i := range batch.Calls {
				batch.Calls[i] = Call{I386: i386, Nr: uint32(i % 300)}
			}
			for b.Loop() {
				if err := batch.Ask(p); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "calls/s")
		})
	}
}

func BenchmarkVerdicts(b *testing.B) {
	p := program(b, byNumber)
	for b.Loop() {
		if _, err := Verdicts(p, []Call{{}}); err != nil {
			b.Fatal(err)
		}
	}
}
