package main

import (
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sandbox/arch"
	"sandbox/policies"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// adviserFor loads policies, profiles by name and others as texts, and rules.
func adviserFor(t *testing.T, texts []string, rules ...string) *adviser {
	t.Helper()
	files := map[string]string{}
	var names []string
	for i, text := range texts {
		name := text
		if strings.Contains(text, "\n") {
			name = string(rune('a'+i)) + ".toml"
			files[name] = text
		}
		names = append(names, name)
	}
	request := policy.Request{
		Policies: names, Rules: rules, Native: arch.X86_64,
		Profile: policies.Text, ProfileNames: policies.Names(),
		ReadFile: func(path string) (string, error) {
			if text, ok := files[path]; ok {
				return text, nil
			}
			return "", fs.ErrNotExist
		},
	}
	loaded, list := policy.Load(request)
	if list.Failed() {
		t.Fatal(list.Err())
	}
	return newAdviser(request, loaded.On(arch.X86_64).Guarded(), arch.X86_64)
}

const twoABIs = "abi = ['x86_64', 'i386']\n"

// TestSuggestions holds the hints about some calls.
func TestSuggestions(t *testing.T) {
	const header = "version = 1\ndefault = 'errno(EPERM)'\n"
	for _, c := range []struct {
		name     string
		policies []string
		rules    []string
		abi      arch.ABI
		call     string
		want     []string
	}{
		{
			name: "an address is left out", policies: []string{"offline"}, call: "ioctl(0, TIOCSTI, 0x7ffc12345678)",
			want: []string{`to allow it with any arg, and nothing else: -e 'allow ioctl: fd == 0 && cmd == TIOCSTI'`},
		},
		{
			name: "signed and wide numbers", policies: []string{"baseline"}, call: "kcmp(-5, 1, 99, 0x12345, 0xfffffffffffffffe)",
			want: []string{
				`to allow it, and nothing else: -e 'allow kcmp: pid1 == -5 && pid2 == 1 && type == 99 && idx1 == 0x12345 && idx2 == 0xfffffffffffffffe'`,
				`pid1 == -5 and pid2 == 1 may be other numbers next time; left out, it holds for any`,
			},
		},
		{
			name: "a parameter that is called as a field is", policies: []string{"compute"}, call: "io_getevents(0, 7, -8, 0, 0)",
			want: []string{`to allow it with any events and timeout, and nothing else: -e 'allow io_getevents: ctx_id == 0 && min_nr == 7 && (i64)args[2] == -8'`},
		},
		{
			name: "numbers of this run", policies: []string{"baseline"}, call: "setns(7, CLONE_NEWNET)",
			want: []string{
				`to allow it, and nothing else: -e 'allow setns: fd == 7 && flags == CLONE_NEWNET'`,
				`fd == 7 may be another number next time; left out, it holds for any`,
			},
		},
		{
			name: "a call without parameters", policies: []string{header + "[[rule]]\naction = 'allow'\nfilters = ['read']\n"}, call: "getpid()",
			want: []string{
				`to allow every call of it, and nothing else: -e 'allow getpid'`,
				`to keep it: the same filter among those of the rule at a.toml:3`,
			},
		},
		{
			name: "a number of no call", policies: []string{header + "[[rule]]\naction = 'deny'\nfilters = ['read']\n"}, call: "#900(1)",
			want: []string{
				`to allow every call of it, and nothing else: -e 'allow #900'`,
				`to keep it: a [[rule]] with that filter before the others of a.toml`,
			},
		},
		{
			name: "a call that is too new", policies: []string{header + "kernel = '5.4'\n[[rule]]\nname = 'some'\naction = 'allow'\nfilters = ['read']\n"}, call: "close_range(3, 9, 0)",
			want: []string{
				`to allow it: -e 'allow close_range: fd == 3 && max_fd == 9 && flags == 0'`,
				`that also changes close_range: errno(ENOSYS) becomes errno(EPERM)`,
				`fd == 3 may be another number next time; left out, it holds for any`,
				`to keep it: the same filter among those of the rule "some" at a.toml:4`,
			},
		},
		{
			name: "two ABIs", policies: []string{header + twoABIs + "[[rule]]\naction = 'allow'\nfilters = ['execve']\n"}, call: "socket(AF_INET, SOCK_STREAM, 0)",
			want: []string{
				`to allow it, on i386 as well, and nothing else: -e 'allow socket: family == AF_INET && type == SOCK_STREAM && protocol == IPPROTO_IP'`,
				`to keep it: the same filter among those of the rule at a.toml:4`,
			},
		},
		{
			name: "a parameter that another ABI lacks", policies: []string{header + twoABIs + "[[rule]]\naction = 'allow'\nfilters = ['execve']\n"}, call: "mmap(0, 4096, PROT_READ, MAP_PRIVATE, -1, 0)",
			want: []string{
				`to allow it, and nothing else: before the other rules, one with action = "allow", abi = ["x86_64"] and filters = ["mmap: addr == 0 && len == 0x1000 && prot == PROT_READ && flags == MAP_PRIVATE && fd == -1 && off == 0"]`,
			},
		},
		{
			name: "a rule for another ABI has no room", policies: []string{header + twoABIs + "[[rule]]\nabi = ['i386']\naction = 'allow'\nfilters = ['getuid']\n"}, call: "getuid()",
			want: []string{
				`to allow every call of it, and nothing else: -e 'allow getuid'`,
				`to keep it: a [[rule]] with that filter before the others of a.toml`,
			},
		},
		{
			name: "the rule that is about the call", policies: []string{header + "[[rule]]\nname = 'sockets'\naction = 'allow'\nfilters = ['socket: family == AF_UNIX']\n[[rule]]\nname = 'files'\naction = 'allow'\nfilters = ['open']\n"}, call: "socket(AF_INET, SOCK_DGRAM, 0)",
			want: []string{
				`to allow it, and nothing else: -e 'allow socket: family == AF_INET && type == SOCK_DGRAM && protocol == IPPROTO_IP'`,
				`to keep it: the same filter among those of the rule "sockets" at a.toml:3`,
			},
		},
		{
			name: "a rule behind the one that denies has no room", policies: []string{header + "[[rule]]\naction = 'errno(EACCES)'\nfilters = ['getuid']\n[[rule]]\naction = 'allow'\nfilters = ['getuid']\n"}, call: "getuid()",
			want: []string{
				`to allow every call of it, and nothing else: -e 'allow getuid'`,
				`to keep it: a [[rule]] with that filter before the others of a.toml`,
			},
		},
		{
			name: "two policies", call: "getuid()",
			policies: []string{header + "[[rule]]\nname = 'a'\naction = 'allow'\nfilters = ['read']\n", header + "[[rule]]\nname = 'b'\naction = 'allow'\nfilters = ['write']\n"},
			want: []string{
				`to allow every call of it, and nothing else: -e 'allow getuid'`,
				`to keep it: the same filter among those of the rule "a" at a.toml:3`,
				`to keep it: the same filter among those of the rule "b" at b.toml:3`,
			},
		},
		{
			name: "a rule of the command line", policies: []string{header + "[[rule]]\naction = 'allow'\nfilters = ['mkdir']\n"}, rules: []string{"errno(EACCES) mkdir"}, call: "mkdir(0, 0755)",
			want: []string{`to allow it with any pathname, and nothing else, before the other -e: -e 'allow mkdir: mode == 0755'`},
		},
		{
			name: "the guard", policies: []string{header + "[[rule]]\naction = 'allow'\nfilters = ['seccomp']\n"}, call: "seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, 0x7ffc12345678)",
			want: []string{
				"no rule can allow it: run refuses it, so that the program cannot take sandbox's place",
				"'sandbox exec' does not need that; there the policy alone decides",
			},
		},
		{
			name: "x32", policies: []string{"baseline"}, call: "#0x40000001()",
			want: []string{"no rule can allow x32 calls", "use a build of the program for x86_64"},
		},
		{
			name: "an ABI that is not served", policies: []string{"baseline"}, abi: arch.I386, call: "getpid()",
			want: []string{
				"no rule can allow a call of i386, which the policy does not serve",
				`add "i386" to the policy's abi, and rules for its calls`,
			},
		},
		{
			name: "once", policies: []string{"baseline", "noexec"}, call: "execve(0x7ffc12345678, 0x7ffc12345678, 0x7ffc12345678)",
			want: []string{
				"no rule can allow it beside once(), which lets the program be started and no other",
				"to have programs executed, leave out -p noexec",
			},
		},
		{
			name: "once in two policies", call: "execve(0x7ffc12345678, 0x7ffc12345678, 0x7ffc12345678)",
			policies: []string{"noexec", "version = 1\nextends = ['noexec']\n", "baseline"},
			want: []string{
				"no rule can allow it beside once(), which lets the program be started and no other",
				"to have programs executed, leave out -p noexec and -p b.toml",
			},
		},
		{
			name: "once of the command line", call: "execve(0x7ffc12345678, 0x7ffc12345678, 0x7ffc12345678)",
			policies: []string{"baseline"}, rules: []string{"allow execve: once()", "deny execve, execveat"},
			want: []string{
				"no rule can allow it beside once(), which lets the program be started and no other",
				"to have programs executed, leave out -e 'allow execve: once()', with what refuses execve after it",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := adviserFor(t, c.policies, c.rules...)
			abi := c.abi
			if abi == 0 {
				abi = arch.X86_64
			}
			call, list := policy.ParseCall(abi, c.call)
			if list.Failed() {
				t.Fatal(list.Err())
			}
			decision := a.guarded.Typed.Decide(&call)
			if decision.Action.Kind < typed.Errno {
				t.Fatalf("the call is not denied: %v", decision.Action)
			}
			if diff := cmp.Diff(c.want, a.suggest(&call, &decision).hints(&decision)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// TestSuggestionsAreExact tries each edit on the evaluator, for many calls of
// the shipped profiles: the call passes, and with it those that differ in what
// is left free; those that differ in any bit that the kernel looks at do not.
func TestSuggestionsAreExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	tried := 0
	for _, profile := range []string{"baseline", "compute"} {
		a := adviserFor(t, []string{"version = 1\nextends = ['" + profile + "']\n" + twoABIs})
		for _, abi := range []arch.ABI{arch.X86_64, arch.I386} {
			tried += trySuggestions(t, r, a, abi)
		}
	}
	if tried < 300 {
		t.Errorf("only %d edits were tried", tried)
	}
}

func trySuggestions(t *testing.T, r *rand.Rand, a *adviser, abi arch.ABI) (tried int) {
	t.Helper()
	table := abi.Syscalls()
	for i := range table {
		call := randomCall(r, abi, &table[i])
		decision := a.guarded.Typed.Decide(&call)
		if decision.Action.Kind < typed.Errno {
			continue
		}
		s := a.suggest(&call, &decision)
		if s.filter == "" {
			if table[i].Name != "seccomp" {
				t.Errorf("%s: %s", callText(&call), s.why)
			}
			continue
		}
		tried++
		if s.unsure {
			t.Errorf("%s: it is not known what else %q changes", callText(&call), s.filter)
		}
		var abis []arch.ABI
		if s.only != 0 {
			abis = []arch.ABI{s.only}
		}
		after := a.with(s.filter, abis)
		if got := after.Typed.Decide(&call).Action.Kind; got != typed.Allow {
			t.Errorf("%s gets %v with %q", callText(&call), got, s.filter)
		}
		checkNeighbours(t, r, a.guarded.Typed, after.Typed, &table[i], call, s)
	}
	return tried
}

// randomCall returns a call with arguments such as programs have.
func randomCall(r *rand.Rand, abi arch.ABI, s *arch.Syscall) typed.Call {
	call := typed.Call{Nr: s.Number, Arch: abi.Audit(), IP: r.Uint64()}
	for i := range call.Args {
		switch r.IntN(5) {
		case 0:
		case 1:
			call.Args[i] = r.Uint64N(16)
		case 2:
			call.Args[i] = 1 << r.IntN(32)
		case 3:
			call.Args[i] = ^r.Uint64N(200)
		case 4:
			call.Args[i] = 0x7f0000000000 + r.Uint64N(1<<32)
		}
	}
	return call
}

// checkNeighbours changes a call by a bit, in each of its parameters.
func checkNeighbours(t *testing.T, r *rand.Rand, before, after *typed.Policy, s *arch.Syscall, call typed.Call, edit *suggestion) {
	t.Helper()
	for i := range s.Params {
		p := &s.Params[i]
		free := slices.Contains(edit.free, p.Name)
		near := call
		if p.Split && r.IntN(2) == 0 {
			near.Args[p.High] ^= 1 << r.IntN(32)
		} else {
			near.Args[p.Low] ^= 1 << r.IntN(min(int(p.Type.Bits), firstBits(p)))
		}
		was, is := before.Decide(&near).Action, after.Decide(&near).Action
		switch {
		case free && is.Kind != typed.Allow:
			t.Errorf("%q should hold for any %s, and does not allow %s", edit.filter, p.Name, callText(&near))
		case !free && was.Kind >= typed.Errno && is.Kind < typed.Errno:
			t.Errorf("%q allows %s as well", edit.filter, callText(&near))
		}
	}
}

// firstBits returns how many bits of a parameter stand in its first register.
func firstBits(p *arch.Param) int {
	if p.Split {
		return 32
	}
	return 64
}
