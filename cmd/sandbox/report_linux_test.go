//go:build amd64

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sandbox/internal/machine"
)

// reportOnly is a policy of a user's own, with rules that have room.
const reportOnly = `version = 1
extends = ["baseline"]

[[rule]]
name    = "data is read"
action  = "allow"
filters = ["open, openat: flags & O_ACCMODE == O_RDONLY"]

[[rule]]
name    = "nothing is written"
action  = "errno(EACCES)"
reason  = "results go to standard output"
filters = ["open, openat, creat, openat2"]
`

// bothABIs is for programs of 32 bits as well.
const bothABIs = `version = 1
extends = ["offline"]
abi     = ["x86_64", "i386"]
`

// situations are denials as people meet them. In commands and options, DIR is a
// directory of the test's, and CALLS and CALLS32 are the programs that calls.c
// makes, of 64 and 32 bits.
var situations = []struct {
	name    string
	policy  string // a profile, or the text of a file
	options string // of run, but for -p, by sh's rules
	command string
	code    int
}{
	{name: "curl", policy: "offline", command: "curl -s http://127.0.0.1:9/", code: 7},
	{name: "python", policy: reportOnly, command: "/usr/bin/python3 -c 'open(\"result\", \"w\")'", code: 1},
	{name: "unshare", policy: "baseline", command: "CALLS unshare", code: 1},
	{name: "io_uring", policy: "baseline", command: "CALLS io_uring", code: 1},
	{name: "tiocsti", policy: "baseline", command: "CALLS tiocsti", code: 1},
	{name: "noexec", policy: "baseline", options: "-p noexec", command: "sh -c '/usr/bin/id; exit 3'", code: 3},
	{name: "clone3", policy: "baseline", command: "CALLS clone3", code: 38},
	{name: "i386", policy: bothABIs, command: "CALLS32 socket", code: 1},
	{name: "ptrace", policy: "baseline", command: "CALLS ptrace", code: 1},
	{name: "killed", policy: "baseline", options: "-e 'kill_process unshare'", command: "CALLS unshare", code: 159},
	{name: "default", policy: "version = 1\ndefault = 'errno(EACCES)'\n[[rule]]\nname = 'most'\naction = 'allow'\nfilters = ['*, !unshare, !open, !openat', 'open, openat: flags & O_ACCMODE == O_RDONLY', 'open, openat: flags & O_CREAT == 0 && mode == 0']\n", command: "CALLS open DIR/new", code: 13},
}

// reported is what the test reads of a denial.
type reported struct {
	Call      string
	ABI       string
	Syscall   string
	Registers [6]string
	Action    string
	Edit      struct {
		Rule, None    string
		Also, Passing []string
	}
}

// TestReports holds what run says about denials, in each situation, to what
// stands in testdata/reports; UPDATE=1 writes it anew. Each edit that is
// suggested is applied, and lets exactly that call pass.
func TestReports(t *testing.T) {
	command, err := exec.LookPath("sandbox")
	if err != nil {
		t.Fatal(err)
	}
	const source = "testdata/reports/calls.c"
	calls := machine.CompileC(t, source)
	calls32 := filepath.Join(filepath.Dir(calls), "calls32")
	if err := os.Rename(machine.CompileC(t, source, "-m32"), calls32); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", "/usr/bin:/bin")
	t.Setenv("LC_ALL", "C")
	for _, s := range situations {
		t.Run(s.name, func(t *testing.T) {
			dir := t.TempDir()
			policy := s.policy
			if strings.Contains(policy, "\n") {
				policy = "policy.toml"
				writeFile(t, filepath.Join(dir, policy), s.policy)
			}
			run := func(options string) (said string, code int) {
				line := strings.NewReplacer("DIR", dir, "CALLS32", calls32, "CALLS", calls).Replace(
					command + " run -p " + policy + " " + options + " " + s.options + " -- " + s.command)
				sh := exec.Command("sh", "-c", line)
				sh.Dir = dir
				var err bytes.Buffer
				sh.Stderr = &err
				_ = sh.Run()
				return anonymous(err.String(), dir, filepath.Dir(calls)), sh.ProcessState.ExitCode()
			}
			said, code := run("")
			if code != s.code {
				t.Errorf("exit code %d, want %d", code, s.code)
			}
			line := strings.Join(strings.Fields("$ sandbox run -p "+policy+" "+s.options+" -- "+s.command), " ")
			compareGolden(t, filepath.Join("testdata", "reports", s.name+".golden"), line+"\n"+said)

			run("--quiet --report report.json")
			for _, d := range readReport(t, dir) {
				if d.Edit.Rule == "" {
					if d.Edit.None == "" {
						t.Errorf("%s: no edit, and no reason", d.Call)
					}
					continue
				}
				if d.Action != "errno(ENOSYS)" && !strings.Contains(said, anonymous(shellQuoted(d.Edit.Rule), dir, dir)) {
					t.Errorf("%s: the edit %s was not shown", d.Call, d.Edit.Rule)
				}
				checkEdit(t, command, dir, policy, &d)
				if len(d.Edit.Passing) > 0 {
					continue // about a number that is another now
				}
				run("--quiet --report report.json -e " + shellQuoted(d.Edit.Rule))
				for _, again := range readReport(t, dir) {
					if again.Edit.Rule == d.Edit.Rule {
						t.Errorf("with -e %s it is denied %s", shellQuoted(d.Edit.Rule), again.Call)
					}
				}
			}
		})
	}
}

// anonymous returns a text without what is another in each run.
func anonymous(text, dir, programs string) string {
	for _, change := range []struct{ pattern, by string }{
		{regexp.QuoteMeta(dir), "DIR"},
		{regexp.QuoteMeta(programs), "PROGRAMS"},
		{`process [0-9]+`, "process PID"},
		{`thread [0-9]+`, "thread TID"},
		{`([(,] ?)0x[0-9a-f]{5,}`, "${1}ADDRESS"},
		{`pid == [0-9]+`, "pid == PID"},
		{`PTRACE_ATTACH, [0-9]+`, "PTRACE_ATTACH, PID"},
		{`python3\.[0-9]+`, "python3.N"},
		{` \| SOCK_(CLOEXEC|NONBLOCK)`, ""}, // newer versions of curl
		{`(socket|pipe):\[[0-9]+\]`, "$1:[N]"},
	} {
		re := regexp.MustCompile(change.pattern)
		text = re.ReplaceAllString(text, change.by)
	}
	return text
}

func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		writeFile(t, file, got)
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("it says:\n%s\nwant:\n%s", got, want)
	}
}

// readReport returns the denials in the file of a report.
func readReport(t *testing.T, dir string) []reported {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r struct{ Denials []reported }
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r.Denials
}

// checkEdit applies the edit to the policy: the call that was denied is then
// allowed, and diff finds that nothing else is decided differently.
func checkEdit(t *testing.T, command, dir, policy string, d *reported) {
	t.Helper()
	base := "version = 1\nextends = ['" + policy + "']\n"
	action, filter, _ := strings.Cut(d.Edit.Rule, " ")
	writeFile(t, filepath.Join(dir, "before.toml"), base)
	writeFile(t, filepath.Join(dir, "after.toml"), base+"[[rule]]\naction = '"+action+"'\nfilters = ['"+filter+"']\n")
	call := fmt.Sprintf("%s(%s)", d.Syscall, strings.Join(d.Registers[:], ", "))
	for file, want := range map[string]string{"before.toml": d.Action, "after.toml": "allow"} {
		got, _, _ := strings.Cut(output(t, dir, command, "explain", "-p", file, "--abi", d.ABI, call), "\n")
		if got != want {
			t.Errorf("%s decides %s: %s, want %s", file, call, got, want)
		}
	}
	checkDifference(t, output(t, dir, command, "diff", "--json", "before.toml", "after.toml"), d.Syscall, append(d.Edit.Also, d.ABI), filter)
}

// checkDifference holds what diff says to an edit for one system call: calls
// of it pass that were denied, on some ABIs, if the edit's conditions hold, and
// nothing else is changed.
func checkDifference(t *testing.T, lines, name string, abis []string, filter string) {
	t.Helper()
	found := map[string]bool{}
	for line := range strings.Lines(lines) {
		var c struct {
			ABI       string
			Calls     []string
			From, To  string
			Wider     bool
			Condition string
		}
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatal(err, line)
		}
		_, want, _ := strings.Cut(filter, ": ")
		if c.To != "allow" || !c.Wider || len(c.Calls) != 1 || c.Calls[0] != name || found[c.ABI] ||
			inDecimal(c.Condition) != inDecimal(want) || !slices.Contains(abis, c.ABI) {
			t.Errorf("the edit %q for %v changes:\n%s", filter, abis, line)
		}
		found[c.ABI] = true
	}
	if len(found) != len(abis) {
		t.Errorf("the edit %q changes something on %v, and should on %v", filter, found, abis)
	}
}

// inDecimal returns a condition with its numbers in decimal: who writes one
// chooses the base by what it knows of them.
func inDecimal(condition string) string {
	return regexp.MustCompile(`\b0x[0-9a-f]+\b`).ReplaceAllStringFunc(condition, func(hex string) string {
		n, err := strconv.ParseUint(hex, 0, 64)
		if err != nil {
			return hex
		}
		return strconv.FormatUint(n, 10)
	})
}

func output(t *testing.T, dir string, command string, args ...string) string {
	t.Helper()
	c := exec.Command(command, args...)
	c.Dir = dir
	var err bytes.Buffer
	c.Stderr = &err
	out, _ := c.Output()
	if err.Len() > 0 {
		t.Errorf("%v: %s", args, err.String())
	}
	return string(out)
}

func writeFile(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
