package prove

import (
	"fmt"
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/internal/policygen"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// TestTextsCanBeReadBack writes the differences of random policies as filters,
// reads those, and proves that they mean the calls that were meant.
func TestTextsCanBeReadBack(t *testing.T) {
	read, named := 0, 0
	for seed := range uint64(400) {
		g := policygen.New(seed)
		g.Plain = seed%4 > 0
		abi := arch.X86_64
		if seed%3 == 0 {
			abi = arch.I386
		}
		p, q := g.Policy(abi), g.Policy(abi)
		d, err := compare(PolicySide(p), PolicySide(q), nil, testNodes)
		if err != nil {
			t.Fatal(err)
		}
		for i := range d.Changes {
			c := &d.Changes[i]
			is, ok := c.ABI()
			if !ok || is != abi || !c.Condition.Complete() || c.Condition.Op == Any {
				continue
			}
			number := c.Numbers[0].First
			call, ok := abi.Numbered(number)
			if !ok {
				continue
			}
			text := c.Condition.Text(abi, number)
			if !strings.Contains(text, "args[") {
				named++
			}
			if strings.Contains(text, "nr ") {
				continue // the checker knows it
			}
			sameFilter(t, abi, call, text, &c.Condition)
			read++
		}
	}
	t.Logf("%d texts, %d without registers", read, named)
	if read < 500 || named < 50 {
		t.Error("too few")
	}
}

// sameFilter proves that a text, as a filter on a call, is a condition.
func sameFilter(t *testing.T, abi arch.ABI, call *arch.Syscall, text string, c *Condition) {
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
	audit := &typed.Compare{Op: typed.Eq, X: &typed.Load{Low: typed.WordArch}, Y: &typed.Value{Of: typed.U32, Bits: uint64(abi.Audit())}}
	nr := &typed.Compare{Op: typed.Eq, X: &typed.Load{Low: typed.WordNr}, Y: &typed.Value{Of: typed.U32, Bits: uint64(call.Number)}}
	d, err := Compare(PolicySide(want), PolicySide(p.Typed), both(audit, nr))
	if err != nil {
		t.Fatal(err)
	}
	if !d.Equal() {
		t.Fatalf("%v %s: %s\nmeans something else: %+v", abi, call.Name, text, d)
	}
}

// TestTexts states how sets of calls read.
func TestTexts(t *testing.T) {
	tests := []struct {
		filter string
		want   string
	}{
		{"openat: flags & 0x40 != 0", "flags & 0x40 != 0"},
		{"openat: flags & 0x41 != 0", "flags & 0x41 != 0"},
		{"openat: flags & 0x41 == 0x41", "flags & 0x41 == 0x41"},
		{"openat: flags & 0x41 == 1", "flags & 0x41 == 1"},
		{"openat: dirfd == -100", "dfd == -100"},
		{"openat: dirfd < 0 || dirfd > 2", "dfd < 0 || dfd >= 3"},
		{"openat: dirfd < 0", "dfd < 0"},
		{"openat: dirfd in {1, 2, 3, 7}", "dfd in {1, 2, 3, 7}"},
		{"openat: dirfd not in {1, 7}", "dfd not in {1, 7}"},
		{"openat: args[0] == 7", "args[0] == 7"},
		{"openat: args[0] >> 32 == 7", "args[0] >> 32 == 7"},
		{"openat: filename == 0", "args[1] == 0"},
		{"mmap: len >= 0x100000", "len >= 0x100000"},
		{"mmap: len & 0xfff == 0", "len & 0xfff == 0"},
		{"mmap: len in 10..100", "len >= 10 && len <= 99"},
		{"mmap: len not in 10..100 && prot == 7", "(len < 10 || len > 99) && prot == 7"},
		{"mmap: prot & 6 == 6 && flags & 0x20 != 0", "prot & 6 == 6 && flags & 0x20 != 0"},
		{"mmap: prot & 6 == 6 || flags & 0x20 != 0", "prot & 6 == 6 || flags & 0x20 != 0"},
		{"mmap: !(prot == 7 && flags == 2 && fd == -1)", "prot != 7 || flags != 2 || fd != -1"},
		{"setresuid: ruid == euid", "ruid == euid"},
		{"setresuid: ruid != euid && suid == 0", "ruid != euid && suid == 0"},
		{"setresuid: ruid < euid", "ruid < euid"},
		{"setresuid: ruid == euid && euid != 0", "ruid == euid && ruid != 0"},
		{"setresuid: ruid <= euid && ruid > 999", "ruid <= euid && ruid >= 1000"},
		{"setresuid: ruid == euid || euid == 0", "ruid == euid || euid == 0"},
		{"mmap: args[0] >> 12 == args[5]", "conditions that are too long to write down"},
		{"mmap: len % 3 == 0", "len == 0 || len == 3 || len == 6 || len == 9 || len == 12 || len == 15, and over a million more conditions"},
		{"setpgid: pid > pgid", "pid > pgid"},
		{"pread64: count > (u64)pos", "count > args[3]"},
		{"ioctl: (cmd >> 8) & 0xff == 0x54", "cmd & 0xff00 == 0x5400"},
		{"read: any(i in 0..3: args[i] == 0xdead)", "args[0] == 0xdead || args[1] == 0xdead || count == 0xdead"},
	}
	for _, test := range tests {
		source := fmt.Sprintf("version = 1\ndefault = \"errno(EPERM)\"\n[[rule]]\naction = \"kill_process\"\nfilters = ['%s']\n", test.filter)
		p := loaded(t, source, arch.X86_64).Typed
		none := loaded(t, "version = 1\ndefault = \"errno(EPERM)\"\n[[rule]]\naction = \"allow\"\nfilters = [\"#500\"]\n", arch.X86_64).Typed
		d, err := Compare(PolicySide(none), PolicySide(p), nil)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, c := range d.Changes {
			if c.To.Kind != typed.KillProcess || len(c.Archs) != 1 {
				continue
			}
			found = true
			if got := c.Condition.Text(arch.X86_64, c.Numbers[0].First); got != test.want {
				t.Errorf("%s: %s, want %s", test.filter, got, test.want)
			}
		}
		if !found {
			t.Errorf("%s: no change among %+v", test.filter, d.Changes)
		}
	}
}
