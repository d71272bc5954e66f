package policy_test

import (
	"slices"
	"testing"

	"sandbox/arch"
)

// TestLaunchable checks what is left of good policies on a machine.
func TestLaunchable(t *testing.T) {
	const rule = "\n[[rule]]\naction = 'allow'\nfilters = ['execve']\n"
	for _, test := range []struct {
		name, text string
		machine    arch.ABI
		want       []arch.ABI
	}{
		{"native only", "version = 1\ndefault = 'deny'" + rule, arch.X86_64, []arch.ABI{arch.X86_64}},
		{
			"other machines", "version = 1\ndefault = 'deny'\nabi = ['x86_64', 'i386', 'aarch64', 'arm', 's390x']" + rule,
			arch.X86_64,
			[]arch.ABI{arch.X86_64, arch.I386},
		},
		{
			"from there", "version = 1\ndefault = 'deny'\nabi = ['x86_64', 'i386', 'aarch64', 'arm', 's390x']" + rule,
			arch.AArch64,
			[]arch.ABI{arch.AArch64, arch.ARM},
		},
		{
			"notify on another machine", "version = 1\ndefault = 'deny'\nabi = ['x86_64', 'aarch64']" + rule +
				"[[rule]]\nabi = ['aarch64']\naction = 'notify'\nfilters = ['read']\n",
			arch.X86_64,
			[]arch.ABI{arch.X86_64},
		},
		{
			"execve for some arguments", "version = 1\ndefault = 'deny'\n[[rule]]\naction = 'allow'\nfilters = ['execve: args[0] == 0x1234']\n",
			arch.X86_64,
			[]arch.ABI{arch.X86_64},
		},
		{
			"execve logged", "version = 1\ndefault = 'log'\n[[rule]]\naction = 'deny'\nfilters = ['execve: args[0] == 0x1234', 'execveat']\n",
			arch.X86_64,
			[]arch.ABI{arch.X86_64},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			loaded, list := load(test.text)
			if list.Failed() {
				t.Fatal(list.Err())
			}
			before := loaded.Typed.ABIs()
			narrowed, list := loaded.Launchable(test.machine)
			if list.Failed() {
				t.Fatal(list.Err())
			}
			if got := narrowed.Typed.ABIs(); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if after := loaded.Typed.ABIs(); !slices.Equal(before, after) {
				t.Errorf("the policy itself changed from %v to %v", before, after)
			}
		})
	}
}
