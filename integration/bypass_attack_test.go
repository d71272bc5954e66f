package integration

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"sandbox/internal/machine"
)

// An attack is one way around a sandbox that testdata/programs/attack knows,
// with an argument for those that take one. dirArg stands for a new directory
// with a file "old" in it.
type attack []string

const dirArg = "DIR"

var (
	builtAttack   = sync.OnceValues(func() (string, error) { return compileAttack("attack") })
	builtAttack32 = sync.OnceValues(func() (string, error) {
		// The headers of the 64-bit ABI serve: gcc-multilib links them to
		// where -m32 looks, unless a cross compiler is installed beside it.
		return compileAttack("attack32", "-m32", "-idirafter", "/usr/include/x86_64-linux-gnu")
	})
)

// compileAttack builds the attacks without shared libraries, so that a program
// makes few calls besides the one it is about.
func compileAttack(name string, flags ...string) (string, error) {
	sources, err := filepath.Glob("testdata/programs/attack/*.[ch]")
	if err != nil {
		return "", err
	}
	path := filepath.Join(shared, name)
	args := append([]string{"-O1", "-Wall", "-static", "-pthread", "-o", path}, flags...)
	for _, source := range sources {
		if _, err := os.ReadFile(source); err != nil { // see lookAtSources
			return "", err
		}
		if strings.HasSuffix(source, ".c") {
			args = append(args, source)
		}
	}
	if output, err := exec.Command("gcc", args...).CombinedOutput(); err != nil {
		return "", &compileError{err, string(output)}
	}
	return path, nil
}

type compileError struct {
	err    error
	output string
}

func (e *compileError) Error() string { return e.err.Error() + "\n" + e.output }

func attackProgram(t *testing.T) string {
	t.Helper()
	program(t, "gcc")
	path, err := builtAttack()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// attackProgram32 is the same for i386.
func attackProgram32(t *testing.T) string {
	t.Helper()
	if runtime.GOARCH != "amd64" {
		t.Skip("another architecture: i386 is entered from x86_64 only")
	}
	program(t, "gcc")
	path, err := builtAttack32()
	if err != nil {
		machine.Lacks(t, "gcc -m32, of gcc-multilib, does not work: %v", err)
	}
	return path
}

// try runs an attack, under sandbox run if there are options, and returns what it
// says: "done", or the name of an error. A program that was killed says "SIGSYS".
// Standard input is a file that may be written and changed.
func (a attack) try(t *testing.T, program string, under ...string) string {
	t.Helper()
	return a.tryBy(t, "run", program, under...)
}

// tryBy is try by a verb of sandbox.
func (a attack) tryBy(t *testing.T, verb, program string, under ...string) string {
	t.Helper()
	dir := machine.Dir(t)
	writeFile(t, dir, "old", "content")
	stdin, err := os.OpenFile(writeFile(t, dir, "stdin", "content"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	argv := []string{program}
	for _, arg := range a {
		if arg == dirArg {
			arg = dir
		}
		argv = append(argv, arg)
	}
	o := command{under: under, verb: verb, argv: argv, dir: dir, stdin: stdin}.run(t)
	said := strings.TrimSuffix(o.stdout, "\n")
	switch {
	case o.code == 128+31 && said == "" && (under == nil || strings.Contains(o.stderr, "SIGSYS")):
		return "SIGSYS"
	case o.code > 1 || !onlyReports(o.stderr) || o.code == 0 && said != "done":
		t.Fatalf("%q under %q ended with %d:\n%s%s", argv, under, o.code, o.stdout, o.stderr)
	}
	return said
}

// onlyReports reports whether nothing but sandbox wrote to standard error, to say
// what was denied.
func onlyReports(stderr string) bool {
	for line := range strings.Lines(stderr) {
		if !strings.HasPrefix(line, "sandbox: ") && !strings.HasPrefix(line, "  ") && !strings.HasPrefix(line, "hint: ") {
			return false
		}
	}
	return true
}

// A bypass is an attack on a policy that must fail, and would not without one
// of the policy's rules.
type bypass struct {
	attack  attack
	want    string // what the attack meets under the policy
	without string // a filter that, if allowed before the policy, lets it through
	guarded bool   // run refuses it all the same, so that exec has to let it through
	reaches string // what the kernel itself answers it; "": "done"
}

func (b bypass) name() string { return strings.ReplaceAll(strings.Join(b.attack, "_"), "/", "_") }

// testBypasses tries each attack three times: under the policy, where it must
// fail; and for control without a sandbox, and under the policy without its
// rule, where it must reach the kernel.
func testBypasses(t *testing.T, program string, policy []string, bypasses []bypass) {
	t.Helper()
	for _, b := range bypasses {
		t.Run(b.name(), func(t *testing.T) {
			reaches := b.reaches
			if reaches == "" {
				reaches = "done"
			}
			if got := b.attack.try(t, program, policy...); got != b.want {
				t.Errorf("under %q the attack meets %s, want %s", policy, got, b.want)
			}
			if got := b.attack.try(t, program); got != reaches {
				t.Skipf("no control: without a sandbox this kernel answers %s to this user, not %s", got, reaches)
			}
			open := append([]string{"-e", "allow " + b.without}, policy...)
			verb := "run"
			if b.guarded {
				verb = "exec"
			}
			if got := b.attack.tryBy(t, verb, program, open...); got != reaches {
				t.Errorf("under %q, which takes the rule away, the attack meets %s, want %s", open, got, reaches)
			}
		})
	}
}
