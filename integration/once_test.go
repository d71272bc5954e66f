package integration

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"sandbox/bpf"
	"sandbox/internal/installed"
	"sandbox/internal/machine"
)

// executing are the ways to execute a program that every ABI has.
var executing = []attack{
	{"execve"},
	{"execveat"},
	{"execve-in-child"},
	{"execve-in-thread"},
	{"posix-spawn"},
	{"memfd-execve"},
	{"memfd-execveat"},
}

// onceStarts are the ways to have once() held: by the policy's own filter, or by
// a second one beside a compiled program; by a process in between, or by none.
func onceStarts(t *testing.T) map[string]command {
	t.Helper()
	sandbox, err := builtSandbox()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(machine.Dir(t), "noexec.sandbox")
	command{argv: []string{sandbox, "compile", "-p", "baseline", "-p", "noexec", "-o", program}}.succeeds(t)
	return map[string]command{
		"exec":           {verb: "exec", under: []string{"-p", "baseline", "-p", "noexec"}},
		"exec --program": {verb: "exec", under: []string{"--program", program}},
		"run":            {verb: "run", under: []string{"-p", "baseline", "-p", "noexec"}},
		"run --program":  {verb: "run", under: []string{"--program", program}},
	}
}

// says returns the standard output of an attack, or the signal that ended it.
func (a attack) says(t *testing.T, c command, program string) string {
	t.Helper()
	c.argv = append([]string{program}, a...)
	o := c.run(t)
	if o.code == 128+31 {
		return "SIGSYS"
	}
	if o.code > 1 {
		t.Fatalf("%q under %q ended with %d:\n%s%s", c.argv, c.under, o.code, o.stdout, o.stderr)
	}
	return strings.TrimSuffix(o.stdout, "\n")
}

// TestOnlyOnce executes in each way after the start, which itself is one: the
// program runs. The control is the same without the profile.
func TestOnlyOnce(t *testing.T) {
	program := attackProgram(t)
	for name, c := range onceStarts(t) {
		t.Run(name, func(t *testing.T) {
			for _, a := range executing {
				if got := a.says(t, c, program); got != "EPERM" {
					t.Errorf("%s meets %s, want EPERM", a[0], got)
				}
			}
			if got := (attack{"execve-of-nothing"}).says(t, c, program); got != "EPERM" {
				t.Errorf("without arguments execve meets %s, want EPERM", got)
			}
			if got := (attack{"thread"}).says(t, c, program); got != "done" {
				t.Errorf("a thread meets %s", got)
			}
		})
	}
	for _, a := range executing {
		a.expect(t, "done", "-p", "baseline")
	}
}

// TestOnlyOnceI386 leaves x86_64 by int 0x80, and starts programs of i386.
func TestOnlyOnceI386(t *testing.T) {
	onX86(t)
	program := attackProgram(t)
	if got := (attack{"int80-getpid"}).try(t, program); got != "done" {
		machine.Lacks(t, "this kernel has no i386 entry (CONFIG_IA32_EMULATION): it answers %s", got)
	}
	both := policyFile(t, "version = 1\nabi = [\"x86_64\", \"i386\"]\nextends = [\"noexec\"]\n")
	for _, a := range []attack{{"int80-execve"}, {"int80-execveat"}} {
		for _, verb := range []string{"exec", "run"} {
			if got := a.says(t, command{verb: verb, under: []string{"-p", both}}, program); got != "EPERM" {
				t.Errorf("%s: %s meets %s, want EPERM", verb, a[0], got)
			}
			if got := a.says(t, command{verb: verb, under: []string{"-p", "noexec"}}, program); got != "SIGSYS" {
				t.Errorf("%s: where i386 is not served %s meets %s, want SIGSYS", verb, a[0], got)
			}
		}
		a.expect(t, "done", "-p", bothABIs(t))
	}
	if got := (attack{"x32-execve"}).says(t, command{verb: "exec", under: []string{"-p", both}}, program); got != "SIGSYS" {
		t.Errorf("x32 meets %s, want SIGSYS", got)
	}
	program32 := attackProgram32(t)
	for _, a := range executing {
		if got := a.says(t, command{verb: "exec", under: []string{"-p", both}}, program32); got != "EPERM" {
			t.Errorf("a program of i386: %s meets %s, want EPERM", a[0], got)
		}
	}
}

// A guesser runs under once() and tries addresses that it is told.
type guesser struct {
	pid     int
	in      *os.File
	answers *bufio.Reader
}

// startGuesser starts one. Only root is told afterwards which addresses its
// filter has.
func startGuesser(t *testing.T, c command) *guesser {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root is told of the filters of a process")
	}
	program := attackProgram(t)
	in, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	read, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { write.Close(); read.Close() })
	c.argv, c.stdin, c.stdout = []string{program, "guess"}, in, out
	cmd := c.start(t)
	in.Close()
	out.Close()
	g := &guesser{in: write, answers: bufio.NewReader(read)}
	for range 1000 {
		if g.pid = descendant(cmd.Process.Pid, filepath.Base(program)); g.pid != 0 {
			return g
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the guesser was not started")
	return nil
}

// descendant returns the process of a name that is pid or comes from it, or 0.
func descendant(pid int, name string) int {
	if comm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)); strings.TrimSuffix(string(comm), "\n") == name {
		return pid
	}
	children, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, file := range children {
		list, _ := os.ReadFile(file)
		for _, child := range strings.Fields(string(list)) {
			n, _ := strconv.Atoi(child)
			if found := descendant(n, name); found != 0 {
				return found
			}
		}
	}
	return 0
}

// tries has the guesser execute with addresses, and returns its answer.
func (g *guesser) tries(t *testing.T, addresses [3]uint64) string {
	t.Helper()
	if _, err := fmt.Fprintf(g.in, "%x %x %x\n", addresses[0], addresses[1], addresses[2]); err != nil {
		t.Fatal(err)
	}
	line, err := g.answers.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(line, "\n")
}

// secretOf finds the addresses in the filters of a process, as root can.
func secretOf(t *testing.T, pid int) (addresses [3]uint64) {
	t.Helper()
	filters, err := installed.Read(pid)
	if err != nil {
		machine.Lacks(t, "the kernel does not tell the filters of process %d: %v", pid, err)
	}
	const guarded = 1 // SECCOMP_SET_MODE_FILTER, for which the guard looks
	var halves [6]uint32
	for _, f := range filters {
		for i, in := range f.Code[:len(f.Code)-1] {
			next := f.Code[i+1]
			if in.Op == bpf.LdWAbs && in.K >= bpf.OffsetArg(0) && in.K < bpf.OffsetArg(3) && (next.Op == bpf.XorK || next.Op == bpf.JeqK) && next.K > guarded {
				halves[(in.K-bpf.OffsetArg(0))/4] = next.K
			}
		}
	}
	for i := range addresses {
		low, high := halves[2*i], halves[2*i+1]
		if addresses[i] = uint64(high)<<32 | uint64(low); low == 0 || high == 0 {
			t.Fatalf("address %d was not found in the filters: %#x", i, halves)
		}
	}
	return addresses
}

// TestGuesses is right about two of three addresses, and then about all, which
// shows that the filter has them and nothing else keeps the others out.
func TestGuesses(t *testing.T) {
	for name, c := range onceStarts(t) {
		t.Run(name, func(t *testing.T) {
			g := startGuesser(t, c)
			right := secretOf(t, g.pid)
			for i := range right {
				for _, offset := range []uint64{8, 1 << 20, 1 << 33} {
					wrong := right
					wrong[i] ^= offset
					if got := g.tries(t, wrong); got != "EPERM" {
						t.Errorf("with register %d wrong by %#x execve meets %s, want EPERM", i, offset, got)
					}
				}
			}
			if got := g.tries(t, [3]uint64{right[0], right[2], right[1]}); got != "EPERM" {
				t.Errorf("with two registers exchanged execve meets %s, want EPERM", got)
			}
			if got := g.tries(t, right); got != "done" {
				t.Errorf("with all three right execve meets %s: they are not what the filter asks for", got)
			}
		})
	}
}

// TestEachStartDrawsAnew compares two starts of the same.
func TestEachStartDrawsAnew(t *testing.T) {
	c := command{verb: "exec", under: []string{"-p", "noexec"}}
	first, second := secretOf(t, startGuesser(t, c).pid), secretOf(t, startGuesser(t, c).pid)
	for i := range first {
		if first[i] == second[i] || first[i] == first[(i+1)%3] {
			t.Errorf("addresses %#x and %#x", first, second)
		}
	}
}

// TestSecretIsNotDumped has sandbox itself look at the filters, as root can.
func TestSecretIsNotDumped(t *testing.T) {
	sandbox, err := builtSandbox()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]command{
		"exec": {verb: "exec", under: []string{"-p", "noexec"}},
		"run":  {verb: "run", under: []string{"-q", "-p", "noexec"}},
	} {
		t.Run(name, func(t *testing.T) {
			pid := strconv.Itoa(startGuesser(t, c).pid)
			n, _ := strconv.Atoi(pid)
			secret := secretOf(t, n)
			for _, ask := range [][]string{
				{"dump", pid},
				{"dump", "--json", pid},
				{"dump", "--format", "c", pid},
				{"dump", "--format", "bpf", pid},
				{"diff", "baseline", "pid:" + pid},
				{"diff", "--json", "pid:" + pid, "baseline"},
				{"doctor", "--json"},
			} {
				o := command{argv: append([]string{sandbox}, ask...)}.run(t)
				for _, address := range secret {
					low := uint32(address) // the high half may be any other number as well
					for _, text := range []string{fmt.Sprintf("%#x", low), fmt.Sprintf(":%d,", low), string(binary.LittleEndian.AppendUint32(nil, low))} {
						if strings.Contains(o.stdout+o.stderr, text) {
							t.Errorf("%q tells %q", ask, text)
						}
					}
				}
				if ask[0] == "dump" && ask[1] != "--format" && strings.Count(o.stdout, "#secret") != 6 {
					t.Errorf("%q does not hide 6 constants:\n%s", ask, o.stdout)
				}
			}
			if o := diffOf(t, n, "noexec"); name == "exec" && (o.code != 0 || o.stdout+o.stderr != "") {
				t.Errorf("the filter is not the policy: %d %s%s", o.code, o.stdout, o.stderr)
			}
		})
	}
}

// TestSecretIsNowhere looks for the addresses in all that a program can find out
// about itself: its memory, with the stack and the auxiliary vector, and its
// files in /proc. What it does have, its own arguments, is found there.
func TestSecretIsNowhere(t *testing.T) {
	for name, c := range onceStarts(t) {
		t.Run(name, func(t *testing.T) {
			g := startGuesser(t, c)
			secret := secretOf(t, g.pid)
			needles := map[string]string{}
			for _, address := range secret {
				raw := binary.LittleEndian.AppendUint64(nil, address)
				needles[string(raw[:6])] = "an address"
				needles[fmt.Sprintf("%x", address)] = "an address, in hexadecimal"
				needles[strconv.FormatUint(address, 10)] = "an address, in decimal"
			}
			looked := 0
			look := func(where string, content []byte) {
				looked += len(content)
				for needle, what := range needles {
					if bytes.Contains(content, []byte(needle)) {
						t.Errorf("%s has %s", where, what)
					}
				}
			}
			eachFileOf(t, g.pid, look)
			eachMapping(t, g.pid, look)
			if looked < 1<<20 {
				t.Errorf("only %d bytes were looked at", looked)
			}
		})
	}
}

// eachFileOf calls look for the files that a process has in /proc about itself.
func eachFileOf(t *testing.T, pid int, look func(where string, content []byte)) {
	t.Helper()
	for _, name := range []string{
		"auxv", "cmdline", "comm", "environ", "limits", "maps", "mountinfo", "personality", "sched", "smaps", "stack",
		"stat", "statm", "status", "syscall", "timerslack_ns", "wchan",
	} {
		if content, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name)); err == nil {
			look(name, content)
		} else if name == "auxv" || name == "environ" || name == "maps" || name == "stat" {
			t.Fatal(err)
		}
	}
}

// eachMapping calls look for all memory of a process.
func eachMapping(t *testing.T, pid int, look func(where string, content []byte)) {
	t.Helper()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatal(err)
	}
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	stack, word := false, false
	for line := range strings.Lines(string(maps)) {
		var start, end int64
		if _, err := fmt.Sscanf(line, "%x-%x", &start, &end); err != nil || start < 0 {
			continue // the vsyscall page has no memory
		}
		content := make([]byte, end-start)
		n, err := memory.ReadAt(content, start)
		if err != nil && err != io.EOF && n == 0 {
			if strings.Contains(line, "[vvar") || strings.Contains(line, "---p") {
				continue
			}
			t.Fatalf("%s: %v", line, err)
		}
		look(line, content[:n])
		if strings.Contains(line, "[stack]") {
			stack, word = true, bytes.Contains(content[:n], []byte("\x00guess\x00"))
		}
	}
	if !stack || !word {
		t.Errorf("the stack was read: %v; a word that is there was found: %v", stack, word)
	}
}
