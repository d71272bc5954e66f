package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"sandbox/bpf"
	"sandbox/prove"
)

func policiesOf(t *testing.T) []*description {
	t.Helper()
	policies, err := readPolicies()
	if err != nil {
		t.Fatal(err)
	}
	return policies
}

// peersOf returns all peers: libseccomp only where its header is installed.
func peersOf(t *testing.T) []peer {
	t.Helper()
	peers := goPeers()
	header := exec.Command("gcc", "-E", "-x", "c", "-")
	header.Stdin = strings.NewReader("#include <seccomp.h>\n")
	if output, err := header.CombinedOutput(); err != nil {
		t.Logf("without libseccomp, whose header does not compile: %v\n%s", err, output)
		return peers
	}
	shop, err := newWorkshop()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(shop.close)
	if err := shop.buildC(libseccompHelper, "-lseccomp"); err != nil {
		t.Fatal(err)
	}
	return append(peers, libseccomp{shop, 1}, libseccomp{shop, 2})
}

// TestDockerIsDocker shows that the bench's description of Docker's profile is
// the policy that the other tests of this repository call so.
func TestDockerIsDocker(t *testing.T) {
	text, err := os.ReadFile("../policy/testdata/docker.toml")
	if err != nil {
		t.Fatal(err)
	}
	want, err := loadText(string(text))
	if err != nil {
		t.Fatal(err)
	}
	got, err := ours{registers}.load(policiesOf(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	difference, err := prove.Compare(prove.PolicySide(want), prove.PolicySide(got), nil)
	if err != nil || !difference.Equal() {
		t.Errorf("they differ: %v, %v", difference, err)
	}
	_, denied := policiesOf(t)[0].outright()
	if len(denied) != 151 {
		t.Errorf("%d numbers are denied outright, want the 151 that figures are about", len(denied))
	}
}

// TestPeersAgree proves the programs of all peers to be our policy, but for
// those of elastic, which are not.
func TestPeersAgree(t *testing.T) {
	peers := peersOf(t)
	for _, d := range policiesOf(t) {
		for _, p := range peers {
			t.Run(d.name+"/"+p.name(), func(t *testing.T) {
				program, err := p.compile(d)
				if err != nil {
					t.Fatal(err)
				}
				said, err := formOf(p).load(d)
				if err != nil {
					t.Fatal(err)
				}
				err = agree(said, program)
				if _, isElastic := p.(elasticPeer); !isElastic {
					if err != nil {
						t.Error(err)
					}
					return
				}
				var wrong *disagreement
				if !errors.As(err, &wrong) {
					t.Errorf("elastic: %v, want a miscompiled call: say in docs/performance.md that it is none now", err)
				}
			})
		}
	}
}

// TestConversion proves that every operator means the same to every peer that
// has it, at values where halves matter.
func TestConversion(t *testing.T) {
	peers := peersOf(t)
	values := []uint64{0, 1, 0xffffffff, 1 << 32, 0x123456789, allBits - 1}
	var conditions []string
	for _, operator := range operators {
		for _, value := range values {
			// A comparison that is always false, or always true, is an error of ours.
			if value == 0 && (operator == "<" || operator == ">=") {
				continue
			}
			conditions = append(conditions, fmt.Sprintf("args[1] %s %#x", operator, value))
		}
	}
	conditions = append(conditions,
		"args[1] & 0xff00000003 == 0x200000001", "args[1] & 0xfffffffffffffff8 == 0", "args[0] == 1 && args[2] != 2 && args[5] >= 0x100000000")
	for _, condition := range conditions {
		for _, action := range []string{"allow", "errno(22)", "trap", "kill_process"} {
			d, err := readDescription("one", "default errno(1)\n"+action+"\n  mmap: "+condition+"\n  getpid\n")
			if err != nil {
				t.Fatal(err)
			}
			said, err := ours{registers}.load(d)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range peers {
				if formOf(p).form != registers {
					continue // other bits are compared
				}
				program, err := p.compile(d)
				if _, isElastic := p.(elasticPeer); errors.Is(err, errInexpressible) && isElastic {
					continue
				}
				if err == nil {
					err = agree(said, program)
				}
				if err != nil {
					t.Errorf("%s: %s where %s: %v", p.name(), action, condition, err)
				}
			}
		}
	}
}

// TestAgreeFindsFaults is the control of the tests above: the program of a policy
// of which one constant is changed is told from the policy.
func TestAgreeFindsFaults(t *testing.T) {
	said, err := ours{registers}.load(policiesOf(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	other := policiesOf(t)[0]
	changed := slices.IndexFunc(other.rules, func(r rule) bool { return r.call == "personality" && r.when[0].value == 0x20008 })
	other.rules[changed].when[0].value++
	for _, p := range []peer{ours{registers}, gvisor{}} {
		program, err := p.compile(other)
		if err != nil {
			t.Fatal(err)
		}
		var found *disagreement
		if err := agree(said, program); !errors.As(err, &found) || !strings.Contains(err.Error(), "personality(0x2000") {
			t.Errorf("%s: got %v, want a call of personality", p.name(), err)
		}
	}
}

// TestMatching shows that the arguments which the weighted mean is taken over
// are ones that the rules match, in both forms of our policy.
func TestMatching(t *testing.T) {
	for _, d := range policiesOf(t) {
		for _, f := range []form{registers, kernelTypes} {
			program, err := ours{f}.compile(d)
			if err != nil {
				t.Fatal(err)
			}
			for i := range d.rules {
				r := &d.rules[i]
				args, err := r.matching()
				if err != nil {
					t.Fatal(err)
				}
				got, _ := program.Run(&bpf.Data{Arch: native.Audit(), Nr: r.number, Args: args}, false)
				if got != r.action {
					t.Errorf("%s: %s%#x is decided as %v, want %v", d.name, r.call, args, got, r.action)
				}
			}
		}
	}
}

func TestReadMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"default deny":                         `x:1: "deny" is no action`,
		"errno(5000)":                          `x:1: "errno(5000)" is no action`,
		"allow\n  opennat":                     `x:2: x86_64 has no system call "opennat"`,
		"allow\n  read: args[6] == 1":          `x:2: "args[6] == 1" is no comparison`,
		"allow\n  read: fd == 1":               `x:2: "fd == 1" is no comparison`,
		"allow\n  read: args[1] & 3 != 1":      `x:2: "args[1] & 3 != 1" is no comparison`,
		"allow\n  read: args[1] == x":          `x:2: "args[1] == x" is no comparison`,
		"allow\n  read: args[1] == 1 && ":      `x:2: "" is no comparison`,
		"allow\n  read: args[1] = 1 # comment": `x:2: "args[1] = 1" is no comparison`,
	} {
		if _, err := readDescription("x", text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

func TestSpread(t *testing.T) {
	if got, want := spreadOf([]int{5, 1, 4, 2, 3}), (spread[int]{2, 3, 4}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := spreadOf([]int(nil)); got != (spread[int]{}) {
		t.Errorf("got %v for nothing measured", got)
	}
}

func TestPrintTable(t *testing.T) {
	table := newTable("what", "n")
	table.add("µ", "10")
	table.add("short")
	table.note("a %s", "note")
	var text strings.Builder
	table.print(&text)
	const want = "| what  |  n |\n|-------|---:|\n| µ     | 10 |\n| short |    |\n\n- a note\n\n"
	if text.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &text, want)
	}
}
