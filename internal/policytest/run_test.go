package policytest

import (
	"io/fs"
	"runtime"
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// load loads a policy whose text is given, and its tests.
func load(t testing.TB, text string) (*policy.Policy, []policy.Test) {
	t.Helper()
	p, list := policy.Load(policy.Request{
		Policies: []string{"p.toml"},
		Native:   arch.X86_64,
		TestABIs: true,
		ReadFile: func(path string) (string, error) {
			if path != "p.toml" {
				return "", fs.ErrNotExist
			}
			return text, nil
		},
	})
	if list.Failed() {
		t.Fatal(list.Err())
	}
	tests, list := p.Layers[0].Tests()
	if list.Failed() {
		t.Fatal(list.Err())
	}
	return p, tests
}

// everyAction has a test of each action, on ABIs of both byte orders.
const everyAction = `
version = 1
abi = ["x86_64", "i386", "aarch64", "s390x"]
default = "allow"
rule = [
  {action = "log", filters = ["read"]},
  {action = "deny", filters = ["write"]},
  {action = "errno(4095)", filters = ["close"]},
  {action = "trap(7)", filters = ["ioctl: cmd == 1"]},
  {action = "trace(8)", filters = ["dup"]},
  {action = "notify", filters = ["getpid"]},
  {action = "kill_thread", filters = ["sync"]},
  {action = "kill_process", filters = ["fsync"]},
]
test = [
  {call = "kill()", want = "allow"},
  {call = "read()", want = "log"},
  {call = "write()", want = "deny"},
  {call = "close()", want = "errno(4095)"},
  {call = "ioctl(0, 1)", want = "trap(7)"},
  {call = "dup()", want = "trace(8)"},
  {call = "getpid()", want = "notify"},
  {call = "sync()", want = "kill_thread"},
  {call = "fsync()", want = "kill_process"},
  {call = "#-1()", want = "errno(ENOSYS)"},
  {call = "read()", want = "kill_process", abi = ["arm", "mips64el"]},
  {call = "#335()", want = "allow", abi = "x86_64"}, # exempt: not to be asked
]
`

func TestRun(t *testing.T) {
	p, tests := load(t, everyAction)
	if len(tests) != 10*4+3 {
		t.Fatalf("%d tests", len(tests))
	}
	results, err := Run(p.Typed, tests, runtime.GOOS == "linux")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, r := range results {
		if !r.Passed() {
			t.Errorf("%s on %s: %+v", r.Text, r.ABI, r)
		}
		if r.Live.Asked {
			asked++
		}
	}
	if want := 20; runtime.GOOS == "linux" && runtime.GOARCH == "amd64" && asked != want {
		t.Errorf("the kernel was asked about %d tests, want %d", asked, want)
	}
}

// TestPassed breaks each of the things that make a test pass.
func TestPassed(t *testing.T) {
	good := Result{
		Test:     policy.Test{Want: typed.Action{Kind: typed.Errno, Data: 1}, Rule: "r"},
		Decision: typed.Decision{Action: typed.Action{Kind: typed.Errno, Data: 1}, Rule: &typed.Rule{Name: "r"}},
		Emulated: bpf.Errno.With(1),
		Live:     Live{Asked: true, Want: typed.Action{Kind: typed.Errno, Data: 2}, Got: bpf.Errno.With(2)},
	}
	if !good.Passed() {
		t.Error("the good one fails")
	}
	for name, spoil := range map[string]func(r *Result){
		"errno":    func(r *Result) { r.Want.Data = 2 },
		"action":   func(r *Result) { r.Want = typed.Action{Kind: typed.Allow} },
		"rule":     func(r *Result) { r.Rule = "s" },
		"program":  func(r *Result) { r.Emulated = bpf.Errno.With(2) },
		"kernel":   func(r *Result) { r.Live.Got = bpf.Allow },
		"decision": func(r *Result) { r.Decision.Action.Kind = typed.Trap },
	} {
		r := good
		if spoil(&r); r.Passed() {
			t.Errorf("passes with a wrong %s", name)
		}
	}
}
