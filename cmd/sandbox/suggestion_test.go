package main

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sandbox/arch"
	"sandbox/internal/amend"
	"sandbox/policies"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// guardedFor loads policies, profiles by name and others as texts, and rules, as
// they are in force on x86_64.
func guardedFor(t *testing.T, texts []string, rules ...string) *policy.Policy {
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
	loaded, list := policy.Load(policy.Request{
		Policies: names, Rules: rules, Native: arch.X86_64,
		Profile: policies.Text, ProfileNames: policies.Names(),
		ReadFile: func(path string) (string, error) {
			if text, ok := files[path]; ok {
				return text, nil
			}
			return "", fs.ErrNotExist
		},
	})
	if list.Failed() {
		t.Fatal(list.Err())
	}
	return loaded.On(arch.X86_64).Guarded()
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
				`pid1 == -5 and pid2 == 1 may be other numbers next time; without them, it holds for any`,
			},
		},
		{
			name: "a parameter that is called as a field is", policies: []string{"compute"}, call: "io_getevents(0, 7, -8, 0, 0)",
			want: []string{
				`to allow it with any events and timeout, and nothing else: -e 'allow io_getevents: ctx_id == 0 && min_nr == 7 && (i64)args[2] == -8'`,
				`(i64)args[2] == -8 may be another number next time; left out, it holds for any`,
			},
		},
		{
			name: "numbers of this run", policies: []string{"baseline"}, call: "setns(7, CLONE_NEWNET)",
			want: []string{
				`to allow it, and nothing else: -e 'allow setns: fd == 7 && flags == CLONE_NEWNET'`,
				`fd == 7 may be another number next time; left out, it holds for any`,
			},
		},
		{
			name: "amounts", policies: []string{"baseline"}, rules: []string{"deny pread64"}, call: "pread64(0, 0x7ffc12345678, 832, 0x4000)",
			want: []string{
				`to allow it with any buf, and nothing else, before the other -e: -e 'allow pread64: fd == 0 && count == 832 && pos == 0x4000'`,
				`count == 832 and pos == 0x4000 may be other numbers next time; without them, it holds for any`,
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
				`fd == 3 and max_fd == 9 may be other numbers next time; without them, it holds for any`,
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
				`len == 0x1000 may be another number next time; left out, it holds for any`,
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
				`and besides: the same filter among those of the rule "b" at b.toml:3`,
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
		{
			name: "once of the command line and of a policy", call: "execve(0x7ffc12345678, 0x7ffc12345678, 0x7ffc12345678)",
			policies: []string{"noexec", "baseline"}, rules: []string{"allow execve: once()", "deny execve, execveat"},
			want: []string{
				"no rule can allow it beside once(), which lets the program be started and no other",
				"to have programs executed, leave out -e 'allow execve: once()', with what refuses execve after it, and -p noexec",
			},
		},
		{
			name: "once, and a denial of another policy", call: "execve(0x7ffc12345678, 0, 0x7ffc12345678)",
			policies: []string{"noexec", "version = 1\ndefault = 'allow'\n[[rule]]\naction = 'errno(EACCES)'\nfilters = ['execve: argv == 0']\n"},
			want: []string{
				"no rule can allow it beside once(), which lets the program be started and no other",
				"to have programs executed, leave out -p noexec",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			guarded := guardedFor(t, c.policies, c.rules...)
			abi := c.abi
			if abi == 0 {
				abi = arch.X86_64
			}
			call, list := policy.ParseCall(abi, c.call)
			if list.Failed() {
				t.Fatal(list.Err())
			}
			decision := guarded.Typed.Decide(&call)
			if decision.Action.Kind < typed.Errno {
				t.Fatalf("the call is not denied: %v", decision.Action)
			}
			suggestion := amend.New(guarded, arch.X86_64).Suggest(&call, &decision)
			if diff := cmp.Diff(c.want, suggestionHints(suggestion, &decision)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}
