package compiler

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/policies"
	"sandbox/policy"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// A corpusPolicy is a written policy that tests compile.
type corpusPolicy struct {
	name  string
	typed *typed.Policy
}

// corpus is the policies of testdata, the shipped profiles, and Docker's default
// profile in two forms: as it compares arguments, at 64 bits, and as the kernel
// does.
func corpus(t testing.TB) []corpusPolicy {
	t.Helper()
	files, err := filepath.Glob("testdata/policies/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no policies: %v", err)
	}
	var list []corpusPolicy
	for _, file := range files {
		list = append(list, corpusPolicy{strings.TrimSuffix(filepath.Base(file), ".toml"), written(t, readText(t, file))})
	}
	for _, name := range policies.Names() {
		text, _ := policies.Text(name)
		list = append(list, corpusPolicy{name, written(t, text)})
	}
	list = append(list, corpusPolicy{"many", written(t, manyRules(300))})
	docker := readText(t, "../policy/testdata/docker.toml")
	return append(list, corpusPolicy{"docker", written(t, docker)}, corpusPolicy{"docker_typed", written(t, kernelTypes.Replace(docker))})
}

// manyRules is a policy of n rules about the arguments of one call: too many
// for the short jumps of classic BPF.
func manyRules(n int) string {
	var text strings.Builder
	text.WriteString("version = 1\ndefault = \"deny\"\n")
	for _, action := range []string{"allow", "log", "kill_process"} {
		fmt.Fprintf(&text, "[[rule]]\naction = %q\nfilters = [\n", action)
		for i := range n / 3 {
			fmt.Fprintf(&text, "  \"ioctl: fd == %d && cmd == %#x\",\n", i%7, 0x5401+i*len(action))
		}
		text.WriteString("]\n")
	}
	return text.String()
}

// kernelTypes turns the registers of Docker's profile into parameters.
var kernelTypes = strings.NewReplacer(
	"personality: args[0]", "personality: persona", "socket: args[2]", "socket: protocol", "socket: args[0]", "socket: family", "&& args[2]", "&& protocol",
)

func readText(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// written returns a policy from its text.
func written(t testing.TB, text string) *typed.Policy {
	t.Helper()
	p, found := policy.Load(policy.Request{
		Policies: []string{"./policy.toml"}, Native: arch.X86_64,
		ReadFile:     func(string) (string, error) { return text, nil },
		Profile:      policies.Text,
		ProfileNames: policies.Names(),
	})
	if found.Failed() {
		t.Fatalf("%v\n%s", found.Err(), text)
	}
	return p.Typed
}

func compiled(t testing.TB, p *typed.Policy) bpf.Program {
	t.Helper()
	c, err := Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	return c.Program
}

// TestCorpusIsProved proves every program of the corpus, and logs what it costs.
func TestCorpusIsProved(t *testing.T) {
	for _, p := range corpus(t) {
		program := compiled(t, p.typed)
		proved, err := prove.Prove(p.typed, program)
		if err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
		abi := p.typed.ABIs()[0]
		var longest, sum, calls int
		for _, s := range abi.Syscalls() {
			if !program.Cacheable(abi.Audit(), s.Number) {
				cost := program.Cost(abi.Audit(), s.Number).Instructions
				longest = max(longest, cost)
				sum += cost
				calls++
			}
		}
		t.Logf("%-14s %4d instructions, longest way %3d, mean %.2f over %d calls not cached; %d nodes proved",
			p.name, program.Len(), longest, float64(sum)/float64(max(calls, 1)), calls, proved.Stats().Nodes)
	}
}

// TestCorpusIsVaried holds the corpus to what the mutation tests rely on.
func TestCorpusIsVaried(t *testing.T) {
	var ops []uint16
	for _, p := range corpus(t) {
		for _, in := range compiled(t, p.typed).Code() {
			if !slices.Contains(ops, in.Op) {
				ops = append(ops, in.Op)
			}
		}
	}
	for _, op := range []uint16{
		bpf.LdWAbs, bpf.LdMem, bpf.LdxMem, bpf.St, bpf.Tax, bpf.JeqK, bpf.JeqX, bpf.JgeK, bpf.JgeX, bpf.JsetK, bpf.RetK,
		bpf.AddK, bpf.AddX, bpf.SubX, bpf.MulK, bpf.DivK, bpf.AndK, bpf.AndX, bpf.OrX, bpf.XorK, bpf.XorX, bpf.LshK, bpf.RshK,
	} {
		if !slices.Contains(ops, op) {
			t.Errorf("no program of the corpus has the opcode %#x", op)
		}
	}
}
