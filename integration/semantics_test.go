// Package integration holds sandbox to the real kernel and to real programs.
package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/compiler"
	"sandbox/internal/oracle"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// semanticsABIs are the ABIs that the cases speak of, by the machines that can
// hold them in one program. The first machine is the one tried live.
var semanticsABIs = [][]arch.ABI{{arch.X86_64, arch.I386}, {arch.AArch64}, {arch.S390X}}

// A semanticsCase is one line of a file's cases: "ABI CALL => ACTION".
type semanticsCase struct {
	line string
	abi  arch.ABI
	call typed.Call
	want string
}

// TestSemantics holds the evaluator, the emulator and, on x86_64, the live
// kernel to hand-written cases: testdata/semantics/*.txt, each a policy and
// calls with the actions that a reader of docs/language.md would expect.
func TestSemantics(t *testing.T) {
	files, err := filepath.Glob("testdata/semantics/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	tried, live := 0, 0
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			path := filepath.Join(dir, "policy.toml")
			if err := os.WriteFile(path, archive.Files[0].Data, 0o600); err != nil {
				t.Fatal(err)
			}
			for i, abis := range semanticsABIs {
				cases := parseCases(t, string(archive.Files[1].Data), abis)
				abis = slices.DeleteFunc(slices.Clone(abis), func(abi arch.ABI) bool {
					return !slices.ContainsFunc(cases, func(c semanticsCase) bool { return c.abi == abi })
				})
				if len(abis) == 0 {
					continue
				}
				p, program := compileFile(t, path, abis)
				tried += checkCases(t, p, program, abis[0].BigEndian(), cases)
				if i == 0 && runtime.GOARCH == "amd64" {
					live += checkLive(t, program, cases)
				}
			}
		})
	}
	t.Logf("%d calls agree with evaluator and emulator, %d with the kernel", tried, live)
}

func compileFile(t *testing.T, path string, abis []arch.ABI) (*typed.Policy, bpf.Program) {
	t.Helper()
	p, found := policy.Load(policy.Request{Policies: []string{path}, ABIs: abis, Native: abis[0]})
	if found.Failed() {
		t.Fatalf("%v: %v", abis, found.Err())
	}
	compiled, err := compiler.Compile(p.Typed)
	if err != nil {
		t.Fatal(err)
	}
	return p.Typed, compiled.Program
}

// parseCases returns the cases for the given ABIs. "all" stands for all of
// them, "64" for those with 64-bit registers.
func parseCases(t *testing.T, text string, abis []arch.ABI) []semanticsCase {
	t.Helper()
	var cases []semanticsCase
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		left, want, ok := strings.Cut(line, "=>")
		on, call, ok2 := strings.Cut(left, " ")
		if !ok || !ok2 {
			t.Fatalf("not a case: %s", line)
		}
		for _, abi := range abis {
			if on != abi.String() && on != "all" && (on != "64" || abi.Bits() != 64) {
				continue
			}
			c, found := policy.ParseCall(abi, strings.TrimSpace(call))
			if found.Failed() {
				t.Fatalf("%s: %v", line, found.Err())
			}
			cases = append(cases, semanticsCase{line, abi, c, strings.TrimSpace(want)})
		}
	}
	return cases
}

func checkCases(t *testing.T, p *typed.Policy, program bpf.Program, bigEndian bool, cases []semanticsCase) int {
	t.Helper()
	for _, c := range cases {
		if got := p.Decide(&c.call).Action.String(); got != c.want {
			t.Errorf("%s (%v): the evaluator says %s", c.line, c.abi, got)
		}
		r, _ := program.Run(&bpf.Data{Nr: c.call.Nr, Arch: c.call.Arch, IP: c.call.IP, Args: c.call.Args}, bigEndian)
		if got := r.String(); got != c.want {
			t.Errorf("%s (%v): the emulator says %s", c.line, c.abi, got)
		}
	}
	return len(cases)
}

// checkLive asks the running kernel. It says nothing about cases that depend
// on ip, which the oracle does not choose: there are none.
func checkLive(t *testing.T, program bpf.Program, cases []semanticsCase) int {
	t.Helper()
	cases = slices.Clone(cases)
	calls := make([]oracle.Call, len(cases))
	for i, c := range cases {
		calls[i] = oracle.Call{I386: c.abi == arch.I386, Nr: c.call.Nr, Args: c.call.Args}
	}
	verdicts, err := oracle.Verdicts(program, calls)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		if got := fmt.Sprint(verdicts[i]); got != c.want {
			t.Errorf("%s (%v): the kernel says %s", c.line, c.abi, got)
		}
	}
	return len(cases)
}
