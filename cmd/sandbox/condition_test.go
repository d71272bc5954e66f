package main

import (
	"fmt"
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/internal/policygen"
	"sandbox/policies"
	"sandbox/policy"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// TestConditionsCanBeReadBack writes the differences of shipped profiles and of
// random policies with names, reads them as filters, and proves that they mean
// the calls that were meant.
func TestConditionsCanBeReadBack(t *testing.T) {
	read, named := 0, 0
	same := func(p, q *typed.Policy, abi arch.ABI) {
		d, err := prove.Compare(prove.PolicySide(p), prove.PolicySide(q), nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range d.Changes {
			c := &d.Changes[i]
			is, ok := c.ABI()
			if !ok || is != abi || !c.Condition.Complete() || c.Condition.Op == prove.Any {
				continue
			}
			for _, r := range c.Numbers {
				call, ok := abi.Numbered(r.First)
				if !ok {
					continue
				}
				if _, ambiguous := call.Param("nr"); ambiguous {
					continue // nr is the number of every call, too
				}
				text := conditionText(c)
				if text != c.Condition.Text(abi, call.Number) && strings.ContainsAny(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
					named++
				}
				meansCondition(t, abi, call, text, &c.Condition)
				read++
			}
		}
	}
	names := []string{"offline", "compute", "baseline"}
	for _, abi := range []arch.ABI{arch.X86_64, arch.I386, arch.MIPS64EL} {
		for i := range names {
			for j := range names {
				if i < j && abi != arch.I386 {
					same(shipped(t, names[i], abi), shipped(t, names[j], abi), abi)
				}
			}
		}
		for seed := range uint64(8) {
			g := policygen.New(seed + 1000*uint64(abi))
			g.Plain = true
			same(g.Policy(abi), g.Policy(abi), abi)
		}
	}
	t.Logf("%d texts, %d with names", read, named)
	if read < 100 || named < 30 {
		t.Error("too few")
	}
}

func shipped(t *testing.T, name string, abi arch.ABI) *typed.Policy {
	t.Helper()
	loaded, list := policy.Load(policy.Request{
		Policies: []string{name}, ABIs: []arch.ABI{abi}, Native: abi, Profile: policies.Text, ProfileNames: policies.Names(),
	})
	if list.Failed() {
		t.Fatal(list.Err())
	}
	return loaded.Typed
}

// meansCondition proves that a text, as a filter on a call, is a condition.
func meansCondition(t *testing.T, abi arch.ABI, call *arch.Syscall, text string, c *prove.Condition) {
	t.Helper()
	source := fmt.Sprintf("version = 1\ndefault = \"errno(EPERM)\"\nabi = [%q]\n[[rule]]\naction = \"kill_process\"\nfilters = ['%s: %s']\n", abi, call.Name, text)
	p, list := policy.Load(policy.Request{
		Policies: []string{"p.toml"}, Native: abi,
		ReadFile: func(string) (string, error) { return source, nil },
	})
	if list.Failed() {
		t.Fatalf("%s: %s: %v", call.Name, text, list.Err())
	}
	number := []typed.NumberRange{{First: call.Number, Last: call.Number}}
	all := []typed.NumberRange{{First: 0, Last: 0xffffffff}}
	kill := &typed.Rule{Action: typed.Action{Kind: typed.KillProcess}}
	deny := &typed.Rule{Action: typed.Action{Kind: typed.Errno, Data: 1}}
	want := &typed.Policy{Layers: []typed.Layer{{
		ABIs:     []typed.Section{{ABI: abi, Filters: []typed.Filter{{Numbers: number, When: c.Bool(), Rule: kill}, {Numbers: all, Rule: deny}}}},
		Unserved: kill,
	}}}
	is := func(w typed.Word, v uint32) typed.Bool {
		return &typed.Compare{Op: typed.Eq, X: &typed.Load{Low: w}, Y: &typed.Value{Of: typed.U32, Bits: uint64(v)}}
	}
	where := &typed.AndExpr{X: is(typed.WordArch, abi.Audit()), Y: is(typed.WordNr, call.Number)}
	d, err := prove.Compare(prove.PolicySide(want), prove.PolicySide(p.Typed), where)
	if err != nil {
		t.Fatal(err)
	}
	if !d.Equal() {
		t.Fatalf("%v %s: %s\nmeans something else: %+v", abi, call.Name, text, d)
	}
}

// TestConditionTexts states how sets of calls read.
func TestConditionTexts(t *testing.T) {
	for _, test := range []struct {
		abi    arch.ABI
		filter string
		want   string
	}{
		{arch.X86_64, "openat: flags & 0x40 != 0", "flags & O_CREAT != 0"},
		{arch.X86_64, "openat: flags & 0x41 != 0", "flags & (O_CREAT | 0x1) != 0"},
		{arch.X86_64, "openat: flags & 0x43 != 0", "flags & (O_ACCMODE | O_CREAT) != 0"},
		{arch.X86_64, "openat: flags & 3 == 0", "flags & O_ACCMODE == O_RDONLY"},
		{arch.X86_64, "openat: flags & 3 in {1, 2}", "flags & O_ACCMODE in {O_WRONLY, O_RDWR}"},
		{arch.X86_64, "openat: flags & 0x600 == 0x600", "flags & (O_TRUNC | O_APPEND) == O_TRUNC | O_APPEND"},
		{arch.MIPS64EL, "openat: flags & 0x600 == 0x600", "flags & (O_EXCL | O_TRUNC) == O_EXCL | O_TRUNC"},
		{arch.X86_64, "openat: dirfd == -100", "dfd == AT_FDCWD"},
		{arch.X86_64, "openat: dirfd in {-100, 0, 1}", "dfd in {AT_FDCWD, 0, 1}"},
		{arch.X86_64, "openat: dirfd < 0 || dirfd > 2", "dfd not in {0, 1, 2}"},
		{arch.X86_64, "mmap: len in 10..100", "len in 10..100"},
		{arch.X86_64, "mmap: len not in 10..100 && prot == 7", "len not in 10..100 && prot == PROT_READ | PROT_WRITE | PROT_EXEC"},
		{arch.X86_64, "mmap: prot & ~3 == 0", "prot & ~(PROT_READ | PROT_WRITE) == 0"},
		{arch.X86_64, "mmap: prot & 6 == 6 || flags & 0x20 != 0", "prot & (PROT_WRITE | PROT_EXEC) == PROT_WRITE | PROT_EXEC || flags & MAP_ANONYMOUS != 0"},
		{arch.X86_64, "socket: family in {1, 2, 10}", "family in {AF_UNIX, AF_INET, AF_INET6}"},
		{arch.X86_64, "socket: family == 2 && type & 15 != 1", "family == AF_INET && type & 0xf != SOCK_STREAM"},
		{arch.X86_64, "socket: family == 16 && protocol == 9", "family == AF_NETLINK && protocol == NETLINK_AUDIT"},
		{arch.X86_64, "socket: protocol == 9", "protocol == 9"},
		{arch.X86_64, "fcntl: cmd == 4 && arg & 0x2000 != 0", "cmd == F_SETFL && arg & O_ASYNC != 0"},
		{arch.X86_64, "ioctl: cmd in {0x5401, 0x5413}", "cmd in {TCGETS, TIOCGWINSZ}"},
		{arch.X86_64, "ioctl: cmd not in 0x890b..0x8c00 && cmd != 0x5401", "cmd not in 0x890b..0x8c00 && cmd != TCGETS"},
		{arch.X86_64, "ioctl: (cmd >> 8) & 0xff == 0x54", "cmd & 0xff00 == 0x5400"},
		{arch.X86_64, "mknod: mode & 0xf000 in {0x2000, 0x6000}", "mode & S_IFMT in {S_IFCHR, S_IFBLK}"},
		{arch.X86_64, "futex: op & FUTEX_CMD_MASK in {0, 1}", "op & FUTEX_CMD_MASK in {FUTEX_WAIT, FUTEX_WAKE}"},
		{arch.X86_64, "futex: op & FUTEX_CMD_MASK == 9", "op & FUTEX_CMD_MASK == FUTEX_WAIT_BITSET"},
		{arch.X86_64, "mknod: mode & 0xb000 == 0x2000", "mode & S_IFMT in {S_IFCHR, S_IFBLK}"},
		{arch.X86_64, "kill: sig not in {9, 15}", "sig not in {SIGKILL, SIGTERM}"},
		{arch.X86_64, "clone: flags & 0x10000000 == 0", "clone_flags & CLONE_NEWUSER == 0"},
		{arch.X86_64, "setresuid: ruid != euid && suid == 0", "ruid != euid && suid == 0"},
		{arch.X86_64, "openat: args[0] >> 32 == 7", "args[0] >> 32 == 7"},
		{arch.X86_64, "openat: filename == 0", "args[1] == 0"},
		{arch.X86_64, "inotify_add_watch: mask & 0x80000000 != 0", "mask & IN_ONESHOT != 0"},
		{arch.X86_64, "reboot: (u32)magic1 == 0xfee1dead", "magic1 == -18751827"},
	} {
		one := policyOf(t, test.abi, "kill_process", test.filter)
		none := policyOf(t, test.abi, "allow", "#500")
		d, err := prove.Compare(prove.PolicySide(none), prove.PolicySide(one), nil)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for i := range d.Changes {
			if c := &d.Changes[i]; c.To.Kind == typed.KillProcess && len(c.Archs) == 1 {
				found = true
				if got := conditionText(c); got != test.want {
					t.Errorf("%s: %s, want %s", test.filter, got, test.want)
				}
			}
		}
		if !found {
			t.Errorf("%s: no change among %+v", test.filter, d.Changes)
		}
	}
}

func policyOf(t *testing.T, abi arch.ABI, action, filter string) *typed.Policy {
	t.Helper()
	source := fmt.Sprintf("version = 1\ndefault = \"errno(EPERM)\"\n[[rule]]\naction = %q\nfilters = ['%s']\n", action, filter)
	p, list := policy.Load(policy.Request{
		Policies: []string{"p.toml"}, ABIs: []arch.ABI{abi}, Native: abi,
		ReadFile: func(string) (string, error) { return source, nil },
	})
	if list.Failed() {
		t.Fatal(list.Err())
	}
	return p.Typed
}

// TestReadAlike puts open and openat together, whose flags stand in different
// registers, and nothing else.
func TestReadAlike(t *testing.T) {
	none := policyOf(t, arch.X86_64, "allow", "#500")
	some := policyOf(t, arch.X86_64, "allow", "open, openat: flags & O_CREAT != 0', 'mkdir: mode == 0', 'mkdirat: mode == 1', 'read, write")
	d, err := prove.Compare(prove.PolicySide(none), prove.PolicySide(some), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range readAlike(d.Changes) {
		if x.To.Kind == typed.Allow && len(x.Archs) == 1 {
			got = append(got, callsText(&x.Scope)+": "+x.condition+": "+countText(&x.Change))
		}
	}
	want := []string{
		"read, write: : all calls of 2 numbers",
		"open, openat: flags & O_CREAT != 0: 2^448 of 2^449 calls",
		"mkdir: mode == 0: 2^432 of 2^448 calls",
		"mkdirat: mode == 01: 2^432 of 2^448 calls",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
