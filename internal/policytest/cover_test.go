package policytest

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sandbox/arch"
	"sandbox/policies"
	"sandbox/policy"
)

var kindNames = [...]string{"rule", "filter", "true", "false"}

func coverage(t *testing.T, p *policy.Policy, tests []policy.Test) *Coverage {
	t.Helper()
	results, err := Run(p.Typed, tests, false)
	if err != nil {
		t.Fatal(err)
	}
	return Cover(p, results)
}

func missedText(c *Coverage) []string {
	var list []string
	for _, g := range c.Missed() {
		list = append(list, fmt.Sprintf("%d %s %s", g.At.Line, kindNames[g.Kind], g.Text))
	}
	return list
}

const covered = `version = 1
abi = ["x86_64", "i386", "aarch64"]
default = "deny"
[[rule]]
name = "a"
action = "errno(EACCES)"
filters = ["openat: flags & O_ACCMODE != O_RDONLY || mode == 7", "write"]
[[rule]]
name = "b"
action = "allow"
filters = ["openat, close"]
`

func TestCover(t *testing.T) {
	for _, test := range []struct {
		name, tests string
		reached     int
		missed      []string
	}{
		{"nothing", "", 0, []string{
			"3 rule default",
			"4 rule a",
			"7 true flags & O_ACCMODE != O_RDONLY",
			"7 false flags & O_ACCMODE != O_RDONLY",
			"7 true mode == 7",
			"7 false mode == 7",
			"8 rule b",
		}},
		{"short circuit", `[[test]]
call = "openat(0, 0, O_WRONLY)"
want = "allow"`, 3, []string{
			"3 rule default",
			"7 false flags & O_ACCMODE != O_RDONLY",
			"7 true mode == 7",
			"7 false mode == 7",
			"7 filter write",
			"8 rule b",
		}},
		{"through", `[[test]]
call = "openat()"
want = "allow"
abi = "aarch64"`, 4, []string{
			"3 rule default",
			"4 rule a",
			"7 true flags & O_ACCMODE != O_RDONLY",
			"7 true mode == 7",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, tests := load(t, covered+test.tests)
			c := coverage(t, p, tests)
			if len(c.Goals) != 10 || c.Reached() != test.reached {
				t.Errorf("%d of %d reached, want %d of 10", c.Reached(), len(c.Goals), test.reached)
			}
			if diff := cmp.Diff(test.missed, missedText(c)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// TestCoverUnreachable checks that what no call can reach does not count, on
// any of the policy's ABIs, and is told apart from what tests miss.
func TestCoverUnreachable(t *testing.T) {
	for _, tt := range []struct {
		name, rules     string
		goals, possible int
		unreachable     []string
	}{
		{
			"shadowed filter", `{action = "allow", filters = ["read"]}, {action = "deny", filters = ["read: fd == 1", "write"]}`,
			8, 5,
			[]string{"filter read: fd == 1", "true fd == 1", "false fd == 1"},
		},
		{
			"shadowed rule", `{action = "allow", filters = ["read"]}, {action = "deny", filters = ["read: fd == 1"]}`,
			7, 3,
			[]string{"rule ", "true fd == 1", "false fd == 1"},
		},
		{
			"a part of a condition", `{action = "allow", filters = ["read: fd < 4 && fd < 9"]}`,
			7, 6,
			[]string{"false fd < 9"},
		},
		{
			"on one ABI only", `{action = "allow", abi = ["i386"], filters = ["openat: args[1] == 1"]}, {action = "deny", filters = ["openat: args[1] == 1"]}`,
			9, 9, nil,
		},
		{
			"from an address", `{action = "allow", filters = ["read: ip == 5", "write: ip < 5 && fd == 1"]}`,
			10, 7,
			[]string{"filter read: ip == 5", "true ip == 5", "false ip < 5"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, _ := load(t, "version = 1\nabi = ['x86_64', 'i386']\nrule = ["+tt.rules+"]\ndefault = 'log'\n")
			c := Cover(p, nil)
			if len(c.Goals) != tt.goals || c.Reachable() != tt.possible {
				t.Errorf("%d of %d can be reached, want %d of %d", c.Reachable(), len(c.Goals), tt.possible, tt.goals)
			}
			var unreachable []string
			for _, g := range c.Missed() {
				if g.Unreachable {
					unreachable = append(unreachable, kindNames[g.Kind]+" "+g.Text)
				}
			}
			if diff := cmp.Diff(tt.unreachable, unreachable); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// TestGenerate checks that what is proposed reaches everything that can be
// reached, and at which values.
func TestGenerate(t *testing.T) {
	for _, test := range []struct {
		name, filter string
		want         []string // the conditions' outcomes, and the registers that give them
		impossible   []string
	}{
		{"upper bound", "read: count <= 4096", []string{"true 0 0 1000", "false 0 0 1001"}, nil},
		{"lower bound", "read: count > 4096", []string{"true 0 0 1001", "false 0 0 1000"}, nil},
		{"range", "read: count in 10..20", []string{"true 0 0 a", "false 0 0 9"}, nil},
		{"signed", "openat: dfd == AT_FDCWD", []string{"true ffffffffffffff9c", "false ffffffffffffff9d"}, nil},
		{"mask", "openat: flags & (O_WRONLY | O_CREAT) == O_CREAT", []string{"true 0 0 40", "false 0 0 41"}, nil},
		{"shift", "ioctl: (cmd >> 8) & 0xff == 0x54", []string{"true 0 5400", "false 0 5500"}, nil},
		{"sum", "read: fd + 3 == 17 && count * 3 == 9", []string{"true e", "false 11", "true e 0 3"}, nil},
		{"two registers", "setresuid: ruid == euid + 1 && euid > 1000000", []string{"true 2 1", "false 1 1", "true 0 ffffffffffffffff", "false 1"}, nil},
		{"odd bits", "read: count ^ 0x123456789abcdef == 0xfedcba987654321", []string{"true 0 0 ece8ece0ece8ece", "false 0 0 fedcba987654321"}, nil},
		{"never evaluated", "read: count < 5 && count > 10", []string{"true 0 0 4", "false 0 0 5", "false 0"}, []string{"rule ", "true count > 10"}},
		{"contradiction", "read: count & 2 == 0 && count & 3 == 3", []string{"true 0", "false 0 0 2", "false 0 0 4"}, []string{"rule ", "true count & 3 == 3"}},
		{"or", "read: count == 1 || count == 2 || fd == 3", []string{"true 0 0 1", "false 0 0 2", "false 0 0 3", "true 3", "false 4"}, nil},
		{"by number", "#600: args[0] == 1", []string{"true 1", "false 2"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, tests := load(t, "version = 1\nrule = [{action = 'errno(EACCES)', filters = ['"+test.filter+"']}]\ndefault = 'deny'\n")
			c := coverage(t, p, tests)
			proposals, missed := c.Generate()
			var got []string
			for _, proposal := range proposals {
				if proposal.Goal.Kind >= ConditionHolds {
					registers := strings.Trim(fmt.Sprintf("%x", proposal.Call.Args), "[]")
					for strings.HasSuffix(registers, " 0") {
						registers = registers[:len(registers)-2]
					}
					got = append(got, kindNames[proposal.Goal.Kind]+" "+registers)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
			var impossible []string
			for _, m := range missed {
				if !m.Impossible {
					t.Errorf("given up: %s", m.Text)
				}
				impossible = append(impossible, kindNames[m.Kind]+" "+m.Text)
			}
			if diff := cmp.Diff(test.impossible, impossible); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
			// What was proposed does reach it.
			again := coverage(t, p, testsOf(proposals))
			if rest := again.Missed(); len(rest) != len(missed) {
				t.Errorf("not reached: %v, said to be missed: %d", missedText(again), len(missed))
			}
		})
	}
}

// TestGenerateProfiles has tests proposed for policies that people use, on ABIs
// of several kinds: they reach everything, and all of them pass.
func TestGenerateProfiles(t *testing.T) {
	texts := map[string]string{}
	for _, name := range policies.Names() {
		texts[name], _ = policies.Text(name)
	}
	docker, err := os.ReadFile("../../policy/testdata/docker.toml")
	if err != nil {
		t.Fatal(err)
	}
	texts["docker"] = string(docker)
	for name, text := range texts {
		for _, abi := range []arch.ABI{arch.X86_64, arch.I386, arch.S390X} {
			if name == "docker" && abi != arch.X86_64 {
				continue
			}
			t.Run(name+" "+abi.String(), func(t *testing.T) {
				p, list := policy.Load(policy.Request{
					Policies:     []string{"p.toml"},
					ABIs:         []arch.ABI{abi},
					Native:       abi,
					Profile:      policies.Text,
					ProfileNames: policies.Names(),
					ReadFile:     func(string) (string, error) { return text, nil },
				})
				if list.Failed() {
					t.Fatal(list.Err())
				}
				c := Cover(p, nil)
				proposals, missed := c.Generate()
				for _, m := range missed {
					if !m.Impossible {
						t.Errorf("line %d: given up: %s", m.At.Line, m.Text)
					}
				}
				results, err := Run(p.Typed, testsOf(proposals), false)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range results {
					if !r.Passed() {
						t.Errorf("%+v does not pass", r)
					}
				}
				if rest := Cover(p, results).Missed(); len(rest) != len(missed) {
					t.Errorf("%d are not reached, %d said to be missed", len(rest), len(missed))
				}
				if len(proposals) < 2 {
					t.Errorf("only %d proposals", len(proposals))
				}
			})
		}
	}
}

func testsOf(proposals []Proposal) []policy.Test {
	var tests []policy.Test
	for _, p := range proposals {
		tests = append(tests, policy.Test{ABI: p.ABI, Call: p.Call, Want: p.Decision.Action})
	}
	return tests
}
