package policy_test

import (
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/policy"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// guardCondition is the guard as a user would write it.
const guardCondition = "seccomp: op == SECCOMP_SET_MODE_FILTER && flags & SECCOMP_FILTER_FLAG_NEW_LISTENER != 0"

const (
	everyABI   = "abi = ['x86_64', 'i386', 'aarch64', 'arm', 'riscv64', 's390x', 'ppc64le', 'mips64el', 'loongarch64']"
	allowsAll  = "version = 1\ndefault = 'allow'\n" + everyABI + "\n[[rule]]\naction = 'deny'\nfilters = ['ptrace']\n"
	seccompIs  = "version = 1\ndefault = 'allow'\n" + everyABI + "\n[[rule]]\naction = 'ACTION'\nfilters = ['seccomp']\n"
	newFilter  = 1
	listenFlag = 8
)

func mustLoad(t *testing.T, text string) *policy.Policy {
	t.Helper()
	loaded, list := load(text)
	if list.Failed() {
		t.Fatal(render(list))
	}
	return loaded
}

// TestGuard proves that the guard is the rule that a user would write, on every
// ABI, and changes nothing else.
func TestGuard(t *testing.T) {
	plain := mustLoad(t, allowsAll)
	if len(plain.Typed.ABIs()) != len(arch.ABIs()) {
		t.Fatal("the test leaves out an ABI")
	}
	written := mustLoad(t, strings.Replace(allowsAll, "[[rule]]", "[[rule]]\naction = 'errno(EBUSY)'\nfilters = ['"+guardCondition+"']\n[[rule]]", 1))
	guarded := plain.Guarded()
	found, err := prove.Compare(prove.PolicySide(written.Typed), prove.PolicySide(guarded.Typed), nil)
	if err != nil || !found.Equal() {
		t.Errorf("the guard is not what it says: %v, %+v", err, found)
	}
	if found, err := prove.Compare(prove.PolicySide(plain.Typed), prove.PolicySide(guarded.Typed), nil); err != nil || len(found.Changes) != len(arch.ABIs()) {
		t.Errorf("without the guard the policy is much the same: %v, %d changes", err, len(found.Changes))
	}
	filter := guarded.Typed.Layers[0].ABIs[0].Filters[0]
	if filter.Text != guardCondition || !filter.Rule.Implicit || filter.Rule.Name != "a listener of the program's own is refused" {
		t.Errorf("the guard is shown as %+v by %+v", filter, filter.Rule)
	}
}

// TestGuardIsFound has the guard told from a policy's own layers.
func TestGuardIsFound(t *testing.T) {
	plain := mustLoad(t, allowsAll)
	if layer := policy.Guard(plain.Typed); layer != nil {
		t.Errorf("without a guard, %s is taken for it", layer.Name)
	}
	guarded := plain.Guarded()
	for name, p := range map[string]*policy.Policy{
		"guarded": guarded, "supervised": guarded.Supervised(), "audited": guarded.Audited(),
		"narrowed": guarded.On(arch.X86_64), "started": guarded.OnceOver(),
	} {
		if layer := policy.Guard(p.Typed); layer != &p.Typed.Layers[0] || len(p.Typed.Layers) != 2 {
			t.Errorf("%s: the guard is not found", name)
		}
	}
	if layer := policy.Guard(new(typed.Policy)); layer != nil {
		t.Error("a policy without layers has a guard")
	}
}

// TestGuardGivesWay has whatever a policy itself says of the call take
// precedence, unless it would let it pass.
func TestGuardGivesWay(t *testing.T) {
	for _, c := range []struct{ action, want string }{
		{"allow", "errno(16)"},
		{"log", "errno(16)"},
		{"errno(EPERM)", "errno(1)"},
		{"errno(ENOSYS)", "errno(38)"},
		{"trap(3)", "trap(3)"},
		{"kill_thread", "kill_thread"},
		{"kill_process", "kill_process"},
	} {
		guarded := mustLoad(t, strings.Replace(seccompIs, "ACTION", c.action, 1)).Guarded()
		supervised := guarded.Supervised()
		for _, abi := range []arch.ABI{arch.X86_64, arch.I386} {
			number, _ := abi.Syscall("seccomp")
			call := typed.Call{Nr: number.Number, Arch: abi.Audit(), Args: [6]uint64{newFilter, listenFlag, 0x1000}}
			if abi == arch.I386 && c.want == "errno(38)" {
				call.Args[1] |= 1 << 40 // junk, which the kernel does not see
			}
			if got := guarded.Typed.Decide(&call).Action.String(); got != c.want {
				t.Errorf("%s, %s: the call gets %s, want %s", abi, c.action, got, c.want)
			}
			want := c.want
			if strings.HasPrefix(want, "errno") {
				want = "notify"
			}
			if got := supervised.Typed.Decide(&call).Action.String(); got != want {
				t.Errorf("%s, %s: supervised, the call gets %s, want %s", abi, c.action, got, want)
			}
		}
	}
}

// TestGuardLeavesKills keeps calls of other ABIs dead.
func TestGuardLeavesKills(t *testing.T) {
	guarded := mustLoad(t, "version = 1\ndefault = 'allow'\n[[rule]]\naction = 'deny'\nfilters = ['ptrace']\n").Guarded()
	call := typed.Call{Nr: 354, Arch: arch.I386.Audit(), Args: [6]uint64{newFilter, listenFlag}}
	for _, form := range []*typed.Policy{guarded.Typed, guarded.Supervised().Typed} {
		if got := form.Decide(&call).Action.Kind; got != typed.KillProcess {
			t.Errorf("a call of an ABI that is not served gets %v", got)
		}
	}
	if got := guarded.Audited().Typed.Decide(&call).Action.Kind; got != typed.Notify {
		t.Errorf("audited, a call of an ABI that is not served gets %v", got)
	}
}

// TestSupervisedPlaces finds the places of rules that were copied.
func TestSupervisedPlaces(t *testing.T) {
	guarded := mustLoad(t, allowsAll).Guarded()
	was := guarded.Typed.Layers[1].ABIs[0].Filters
	for _, changed := range []*policy.Policy{guarded.Supervised(), guarded.Audited()} {
		for i, f := range changed.Typed.Layers[1].ABIs[0].Filters {
			if got, want := changed.FilterSpan(&f), guarded.FilterSpan(&was[i]); got != want {
				t.Errorf("filter %d is at %v, and was at %v", i, got, want)
			}
		}
	}
	if r := was[2].Rule; guarded.RuleSpan(r).Source == nil {
		t.Errorf("the test looks at no rule that somebody wrote, but at %+v", r)
	}
}
