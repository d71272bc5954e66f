package main

import (
	"testing"

	"sandbox/arch"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// TestOperandText checks how values are shown that a predicate saw.
func TestOperandText(t *testing.T) {
	for _, tt := range []struct {
		abi                arch.ABI
		filter, call, want string
	}{
		{arch.X86_64, "openat: flags == 7", "openat(0, 0, 0x241)", "0x241 (O_WRONLY | O_CREAT | O_TRUNC)"},
		{arch.MIPS64EL, "openat: flags == 7", "openat(0, 0, 0x301)", "0x301 (O_WRONLY | O_CREAT | O_TRUNC)"},
		{arch.X86_64, "openat: flags & O_ACCMODE == 1", "openat(0, 0, 0x241)", "1 (O_WRONLY)"},
		{arch.X86_64, "openat: flags & (O_CREAT | O_TRUNC) == 1 << 6", "openat(0, 0, 0x241)", "0x240 (O_CREAT | O_TRUNC)"},
		{arch.X86_64, "openat: flags & 0x40 != 0", "openat(0, 0, 1)", "0"},
		{arch.X86_64, "openat: dirfd == 3", "openat(AT_FDCWD)", "-100 (AT_FDCWD)"},
		{arch.X86_64, "openat: dirfd == 3", "openat(0xffffff9c)", "-100 (AT_FDCWD)"},
		{arch.I386, "openat: dirfd == 3", "openat(-100)", "-100 (AT_FDCWD)"},
		{arch.X86_64, "openat: mode == 3", "openat(0, 0, 0, 0644)", "420 (0644)"},
		{arch.X86_64, "socket: domain == 3", "socket(2)", "2 (AF_INET)"},
		{arch.X86_64, "ioctl: cmd == 3", "ioctl(0, 0x5412)", "0x5412 (TIOCSTI)"},
		{arch.X86_64, "ioctl: cmd == 3", "ioctl(0, 0xc00458ff)", "0xc00458ff (_IOWR(0x58, 0xff, 4))"},
		{arch.X86_64, "ioctl: (cmd >> 8) & 0xff == 3", "ioctl(0, 0x5412)", "84 (0x54)"},
		{arch.X86_64, "ioctl: args[1] >> 32 == 3", "ioctl(0, 0x541200000000)", "21522 (0x5412)"},
		{arch.X86_64, "fcntl: cmd == F_SETFL && arg == 3", "fcntl(0, F_SETFL, 0x2000)", "0x2000 (O_ASYNC)"},
		{arch.X86_64, "fcntl: cmd == F_GETFD && arg == 3", "fcntl(0, F_GETFD, 0x2000)", "8192 (0x2000)"},
		{arch.X86_64, "kill: sig == 3", "kill(1, 9)", "9 (SIGKILL)"},
		{arch.X86_64, "read: count == 3", "read(0, 0, 4096)", "4096 (0x1000)"},
	} {
		p := policyOf(t, tt.abi, "kill_process", tt.filter)
		call, list := policy.ParseCall(tt.abi, tt.call)
		if list.Failed() {
			t.Fatal(list.Err())
		}
		got := ""
		for _, step := range p.Layers[0].Explain(&call) {
			for _, o := range step.Outcomes {
				for i, operand := range o.Predicate.Operands {
					got = (&explainer{abi: tt.abi}).operandText(&call, operand, o.Values[i])
				}
			}
		}
		if got != tt.want {
			t.Errorf("%s: %s on %s: %q, want %q", tt.filter, tt.call, tt.abi, got, tt.want)
		}
	}
	if _, _, ok := decoded(arch.X86_64, &typed.Call{Nr: 0xffffff}, &typed.Load{Low: typed.WordNr}, 1); ok {
		t.Error("the number of a call has a name")
	}
}
