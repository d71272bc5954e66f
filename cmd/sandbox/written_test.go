package main

import (
	"testing"

	"sandbox/arch"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// TestWrittenCall reads back what is written, on ABIs of both widths.
func TestWrittenCall(t *testing.T) {
	values := []uint64{
		0, 1, 4096, 4097, 4098, 0x7fffffff, 0x80000000, 0xffffff9c, 0xffffffff, 1 << 32,
		0x7fffffffffffffff, 1 << 63, ^uint64(0) - 99, ^uint64(0) - 4096, ^uint64(0) - 4097, ^uint64(0),
	}
	for _, abi := range []arch.ABI{arch.X86_64, arch.I386, arch.S390X, arch.ARM} {
		for _, number := range []uint32{0, 3, 4094, 0x40000000, 0xfffffffe, 0xffffffff} {
			for i, v := range values {
				want := typed.Call{Nr: number, Arch: abi.Audit()}
				want.Args[i%6], want.Args[(i+4)%6] = v, values[len(values)-1-i]
				text := (&callWriter{abi: abi}).call(&want)
				if got, list := policy.ParseCall(abi, text); list.Failed() || got != want {
					t.Errorf("%s on %s: %+v, want %+v, %v", text, abi, got, want, list.Err())
				}
			}
		}
	}
	for _, test := range []struct {
		abi  arch.ABI
		args [6]uint64
		want string
	}{
		{arch.X86_64, [6]uint64{}, "read()"},
		{arch.X86_64, [6]uint64{^uint64(0) - 99, 0, 4097, 0x5412}, "read(-100, 0, 4097, 0x5412)"},
		{arch.X86_64, [6]uint64{0xffffff9c}, "read(0xffffff9c)"},
		{arch.I386, [6]uint64{0xffffff9c}, "read(-100)"},
		{arch.I386, [6]uint64{^uint64(0) - 99}, "read(0xffffffffffffff9c)"},
	} {
		known, _ := test.abi.Syscall("read")
		if got := (&callWriter{abi: test.abi}).call(&typed.Call{Nr: known.Number, Args: test.args}); got != test.want {
			t.Errorf("%s: got %s, want %s", test.abi, got, test.want)
		}
	}
}

// TestCallWriterNames checks which names a register is written with.
func TestCallWriterNames(t *testing.T) {
	p := loadText(t, `version = 1
default = "deny"
[const]
mine = "7"
[[rule]]
action = "allow"
filters = [
  "openat: flags & (O_CREAT | O_TRUNC) != 0 && dirfd == AT_FDCWD",
  "listen: backlog == O_EXCL",
  "socket: domain in {AF_UNIX, AF_INET} && type == mine",
]
`)
	for _, tt := range []struct {
		abi               arch.ABI
		given, call, want string
	}{
		{arch.X86_64, "", "openat(-100, 0, 0x240)", "openat(AT_FDCWD, 0, O_RDONLY | O_CREAT | O_TRUNC)"},
		{arch.I386, "", "openat(-100, 0, 0x240)", "openat(AT_FDCWD, 0, O_RDONLY | O_CREAT | O_TRUNC)"},
		{arch.X86_64, "", "openat(0xffffff9c, 0, 0x241)", "openat(0xffffff9c, 0, O_WRONLY | O_CREAT | O_TRUNC)"},
		{arch.X86_64, "", "socket(2, 7, 2)", "socket(AF_INET, 7, IPPROTO_IGMP)"},
		{arch.X86_64, "", "socket(3)", "socket(AF_AX25)"},
		{arch.X86_64, "", "listen(3, 128)", "listen(3, O_EXCL)"}, // as a condition calls it
		{arch.X86_64, "openat(1 + 1, 0, O_CLOEXEC | O_SYNC, 0644)", "openat(2, 0, 0x80000, 0600)", "openat(1 + 1, 0, O_RDONLY | O_CLOEXEC, 0600)"},
		{arch.X86_64, "socket(2, 1 << 1)", "socket(2, 2)", "socket(AF_INET, SOCK_DGRAM)"},
		{arch.X86_64, "openat(0)", "openat(-100)", "openat(AT_FDCWD)"},
	} {
		w := callWriter{abi: tt.abi, policy: p}
		if tt.given != "" {
			given, list := policy.ParseCall(tt.abi, tt.given)
			if list.Failed() {
				t.Fatal(list.Err())
			}
			w.give(tt.given, &given)
		}
		call, list := policy.ParseCall(tt.abi, tt.call)
		if list.Failed() {
			t.Fatal(list.Err())
		}
		if got := w.call(&call); got != tt.want {
			t.Errorf("%s on %s after %q: got %s, want %s", tt.call, tt.abi, tt.given, got, tt.want)
		}
	}
}

func loadText(t *testing.T, text string) *typed.Policy {
	t.Helper()
	loaded, list := policy.Load(policy.Request{
		Policies: []string{"p.toml"},
		ABIs:     []arch.ABI{arch.X86_64, arch.I386},
		Native:   arch.X86_64,
		ReadFile: func(string) (string, error) { return text, nil },
	})
	if list.Failed() {
		t.Fatal(list.Err())
	}
	return loaded.Typed
}
