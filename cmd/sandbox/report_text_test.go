package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sandbox/arch"
	"sandbox/arch/decode"
	"sandbox/launcher/supervisor"
	"sandbox/policy"
)

// TestReportText holds reports that are hard to come by otherwise: of callers
// that were not seen, of texts that an attacker wrote, of many filters.
func TestReportText(t *testing.T) {
	const many = `version = 1
default = "errno(EPERM)"
[[rule]]
name    = "in five ways"
action  = "allow"
filters = [
  "openat: flags == 1", "openat: flags == 2", "openat: flags == 3", "openat: flags == 4", "openat: flags == 5 && mode == 0",
]
`
	long := strings.Repeat("x", 300)
	for _, c := range []struct {
		name, policy string
		abi          arch.ABI
		call         string
		thread       int
		seen         *supervisor.Seen
		unseen       error
		again, lets  bool
		want         string
	}{
		{
			name: "not visible", policy: "offline", call: "socket(AF_INET, SOCK_STREAM, 0)", unseen: supervisor.ErrInvisible,
			want: `sandbox: a process (the caller is in a pid namespace that is not visible from here) was denied socket(AF_INET, SOCK_STREAM, IPPROTO_IP): errno(EPERM)
  rule "no network" at profile:offline:29
  reason: this sandbox has no network; only local sockets (AF_UNIX) can be made
  filter profile:offline:33 matches: socket, socketpair, socketcall
`,
		},
		{
			name: "gone, and denied by the same filter before", policy: "offline", call: "socket(AF_INET, SOCK_STREAM, 0)", thread: 9, unseen: supervisor.ErrGone, again: true,
			want: `sandbox: thread 9 (the caller was interrupted or ended meanwhile) was denied socket(AF_INET, SOCK_STREAM, IPPROTO_IP): errno(EPERM)
  filter profile:offline:33 matches, as before
`,
		},
		{
			name: "hostile names", policy: "baseline", call: "mount(0x1000, 0x2000, 0, MS_BIND, 0)", thread: 8, again: true,
			seen: &supervisor.Seen{
				Who: supervisor.Who{Process: 7, Thread: 8, Comm: "a\nb\x1b[2J", Exe: "/tmp/\x1b]0;x\a\n"},
				Objects: []supervisor.Object{
					{Register: 0, Kind: decode.Path, Texts: []string{"\xff\u202e\nsandbox: fine"}},
					{Register: 1, Kind: decode.Path, Texts: []string{long}, Cut: true},
				},
			},
			want: `sandbox: "/tmp/\x1b]0;x\a\n" (process 7, thread 8, named "a\nb\x1b[2J") was denied mount(0x1000, 0x2000, 0, MS_BIND, 0): errno(EPERM)
  seen, not judged: dev_name "\xff\u202e\nsandbox: fine"
  seen, not judged: dir_name "` + long[:200] + `..."...
  filter profile:baseline:92 matches, as before
`,
		},
		{
			name: "memory that does not answer", policy: "baseline", call: "mount(0x1000, 0x2000, 0, MS_BIND, 0)", thread: 8, again: true,
			seen: &supervisor.Seen{
				Who: supervisor.Who{Process: 8, Thread: 8, Comm: "it", Exe: "/it"},
				Objects: []supervisor.Object{
					{Register: 0, Kind: decode.Path, Texts: []string{"/a"}},
					{Register: 1, Kind: decode.Path, Err: supervisor.ErrSilent},
				},
				Unread: supervisor.ErrSilent,
			},
			want: `sandbox: /it (process 8) was denied mount(0x1000, 0x2000, 0, MS_BIND, 0): errno(EPERM)
  seen, not judged: dev_name "/a"
  not seen: the program's memory did not answer
  filter profile:baseline:92 matches, as before
`,
		},
		{
			name: "no executable, and an address", policy: "offline", call: "socketpair(AF_INET, 0, 0, 0)", thread: 7, again: true,
			seen: &supervisor.Seen{
				Who: supervisor.Who{Process: 7, Thread: 7, Comm: "it"},
				Objects: []supervisor.Object{
					{Register: 0, Kind: decode.Descriptor, Texts: []string{"socket:[5]"}},
					{Register: 1, Kind: decode.SocketAddress, Family: "AF_INET", Texts: []string{"127.0.0.1:80"}},
					{Register: 2, Kind: decode.Strings, Texts: []string{"a b", "c"}, Cut: true},
				},
			},
			want: `sandbox: "it" (process 7) was denied socketpair(AF_INET, 0, IPPROTO_IP, 0): errno(EPERM)
  seen, not judged: family is socket:[5]
  seen, not judged: type AF_INET 127.0.0.1:80
  seen, not judged: protocol "a b" "c"...
  filter profile:offline:33 matches, as before
`,
		},
		{
			name: "many filters that do not match", policy: many, call: "openat(3, 0x1000, O_DIRECTORY)", thread: 7,
			seen: &supervisor.Seen{Who: supervisor.Who{Process: 7, Thread: 7, Comm: "cat", Exe: "/usr/bin/cat"}},
			want: `sandbox: /usr/bin/cat (process 7) was denied openat(3, 0x1000, O_RDONLY | O_DIRECTORY, 0): errno(EPERM)
  rule "default" at a.toml:2
  filter a.toml:7 does not match: openat: flags == 1
    false: flags == 1   (flags = 0x10000 (O_RDONLY | O_DIRECTORY))
  filter a.toml:7 does not match: openat: flags == 2
    false: flags == 2   (flags = 0x10000 (O_RDONLY | O_DIRECTORY))
  filter a.toml:7 does not match: openat: flags == 3
    false: flags == 3   (flags = 0x10000 (O_RDONLY | O_DIRECTORY))
  and 2 more that do not match
`,
		},
		{
			name: "another ABI, and nothing enforced", policy: "baseline", abi: arch.I386, call: "#1000(1, 2)", thread: 7, lets: true,
			seen: &supervisor.Seen{Who: supervisor.Who{Process: 7, Thread: 7, Comm: "cat", Exe: "/usr/bin/cat"}},
			want: `sandbox: /usr/bin/cat (process 7) would be denied #1000(1, 2, 0, 0, 0, 0) of i386: kill_process
  rule "ABI not served", which nobody wrote
`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			guarded := guardedFor(t, []string{c.policy}).Typed
			if c.abi == 0 {
				c.abi = arch.X86_64
			}
			call, list := policy.ParseCall(c.abi, c.call)
			if list.Failed() {
				t.Fatal(list.Err())
			}
			d := supervisor.Denial{
				Call:     supervisor.Call{Thread: c.thread, Call: call},
				Decision: guarded.Decide(&call),
				Seen:     c.seen, Unseen: c.unseen,
			}
			r := report{denial: &d, enforced: !c.lets, again: c.again}
			got := string(r.text(guarded))
			if native, _ := nativeABI(); native != arch.X86_64 {
				got = strings.ReplaceAll(got, " of x86_64", "")
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}
