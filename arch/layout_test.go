package arch_test

import (
	"fmt"
	"strings"
	"testing"

	"sandbox/arch"
)

// describe writes a call's parameters with their registers: "fd:0 pos:4/5".
func describe(s *arch.Syscall) string {
	var list []string
	for _, p := range s.Params {
		d := fmt.Sprintf("%s:%d", p.Name, p.Low)
		if p.Split {
			d += fmt.Sprintf("/%d", p.High)
		}
		list = append(list, d+":"+p.Type.String())
	}
	return strings.Join(list, " ")
}

// The calls that trip filters up: parameters in another order, 64-bit values
// over two registers, structures instead of parameters.
func TestLayouts(t *testing.T) {
	for _, tc := range []struct {
		abi     arch.ABI
		syscall string
		number  uint32
		want    string
	}{
		{arch.X86_64, "clone", 56, "clone_flags:0:u32 newsp:1:u64 parent_tidptr:2:pointer child_tidptr:3:pointer tls:4:u64"},
		{arch.AArch64, "clone", 220, "clone_flags:0:u32 newsp:1:u64 parent_tidptr:2:pointer tls:3:u64 child_tidptr:4:pointer"},
		{arch.LoongArch64, "clone", 220, "clone_flags:0:u32 newsp:1:u64 parent_tidptr:2:pointer child_tidptr:3:pointer tls:4:u64"},
		{arch.S390X, "clone", 120, "newsp:0:u64 clone_flags:1:u32 parent_tidptr:2:pointer child_tidptr:3:pointer tls:4:u64"},
		{arch.I386, "clone", 120, "clone_flags:0:u32 newsp:1:u32 parent_tidptr:2:pointer tls:3:u32 child_tidptr:4:pointer"},
		{arch.MIPS64EL, "clone", 5055, "clone_flags:0:u32 newsp:1:u64 parent_tidptr:2:pointer tls:3:u64 child_tidptr:4:pointer"},

		{arch.X86_64, "mmap", 9, "addr:0:u64 len:1:u64 prot:2:u32 flags:3:u32 fd:4:i32 off:5:u64"},
		{arch.AArch64, "mmap", 222, "addr:0:u64 len:1:u64 prot:2:u32 flags:3:u32 fd:4:i32 off:5:u64"},
		{arch.I386, "mmap", 90, "arg:0:pointer"},
		{arch.S390X, "mmap", 90, "arg:0:pointer"},
		{arch.I386, "mmap2", 192, "addr:0:u32 len:1:u32 prot:2:u32 flags:3:u32 fd:4:i32 pgoff:5:u32"},
		{arch.ARM, "mmap2", 192, "addr:0:u32 len:1:u32 prot:2:u32 flags:3:u32 fd:4:i32 pgoff:5:u32"},

		{arch.X86_64, "pread64", 17, "fd:0:u32 buf:1:pointer count:2:u64 pos:3:i64"},
		{arch.I386, "pread64", 180, "fd:0:u32 buf:1:pointer count:2:u32 pos:3/4:i64"},
		{arch.ARM, "pread64", 180, "fd:0:u32 buf:1:pointer count:2:u32 pos:4/5:i64"}, // aligned
		{arch.I386, "truncate64", 193, "path:0:pointer length:1/2:i64"},
		{arch.ARM, "truncate64", 193, "path:0:pointer length:2/3:i64"},
		{arch.I386, "fallocate", 324, "fd:0:i32 mode:1:i32 offset:2/3:i64 len:4/5:i64"},
		{arch.ARM, "fallocate", 352, "fd:0:i32 mode:1:i32 offset:2/3:i64 len:4/5:i64"},
		{arch.I386, "readahead", 225, "fd:0:i32 offset:1/2:i64 count:3:u32"},
		{arch.ARM, "readahead", 225, "fd:0:i32 offset:2/3:i64 count:4:u32"},
		{arch.I386, "fadvise64", 250, "fd:0:i32 offset:1/2:i64 len:3:u32 advice:4:i32"},
		{arch.I386, "fadvise64_64", 272, "fd:0:i32 offset:1/2:i64 len:3/4:i64 advice:5:i32"},
		{arch.ARM, "arm_fadvise64_64", 270, "fd:0:i32 advice:1:i32 offset:2/3:i64 len:4/5:i64"}, // advice moved to avoid padding
		{arch.I386, "sync_file_range", 314, "fd:0:i32 offset:1/2:i64 nbytes:3/4:i64 flags:5:u32"},
		{arch.ARM, "arm_sync_file_range", 341, "fd:0:i32 flags:1:u32 offset:2/3:i64 nbytes:4/5:i64"},
		{arch.I386, "fanotify_mark", 339, "fanotify_fd:0:i32 flags:1:u32 mask:2/3:u64 dfd:4:i32 pathname:5:pointer"},
		{arch.I386, "_llseek", 140, "fd:0:u32 offset_high:1:u32 offset_low:2:u32 result:3:pointer whence:4:u32"},
		{arch.I386, "lseek", 19, "fd:0:u32 offset:1:i32 whence:2:u32"},

		{arch.X86_64, "open", 2, "filename:0:pointer flags:1:i32 mode:2:u16"},
		{arch.I386, "chown", 182, "filename:0:pointer user:1:u16 group:2:u16"},
		{arch.I386, "chown32", 212, "filename:0:pointer user:1:u32 group:2:u32"},
		{arch.I386, "ioctl", 54, "fd:0:u32 cmd:1:u32 arg:2:u32"},
		{arch.I386, "sigsuspend", 72, "unused1:0:i32 unused2:1:i32 mask:2:u32"},
		{arch.I386, "select", 82, "arg:0:pointer"},
		{arch.MIPS64EL, "pipe", 5021, ""},
		{arch.S390X, "fadvise64", 253, "fd:0:i32 offset:1:i64 len:2:i64 advice:3:i32"},
		{arch.S390X, "ipc", 117, "call:0:u32 first:1:i32 second:2:u64 third:3:u64 ptr:4:pointer"},
		{arch.ARM, "set_tls", 0xf0005, "val:0:u32"},
		{arch.ARM, "cacheflush", 0xf0002, "start:0:u32 end:1:u32 flags:2:i32"},
		{arch.X86_64, "getxattrat", 464, "dfd:0:i32 pathname:1:pointer at_flags:2:u32 name:3:pointer uargs:4:pointer usize:5:u64"},
		{arch.MIPS64EL, "openat", 5247, "dfd:0:i32 filename:1:pointer flags:2:i32 mode:3:u16"},
		{arch.RISCV64, "riscv_flush_icache", 259, "start:0:u64 end:1:u64 flags:2:u64"},
		{arch.PPC64LE, "personality", 136, "personality:0:u32"},
		{arch.X86_64, "uretprobe", 335, ""},
	} {
		s, ok := tc.abi.Syscall(tc.syscall)
		if !ok || s.Number != tc.number {
			t.Errorf("%v %s: %v, %v", tc.abi, tc.syscall, s, ok)
			continue
		}
		if got := describe(s); got != tc.want {
			t.Errorf("%v %s:\n\t%s, want\n\t%s", tc.abi, tc.syscall, got, tc.want)
		}
		if s.Params == nil {
			t.Errorf("%v %s: the parameters are not known", tc.abi, tc.syscall)
		}
	}
}

// A call that was never implemented has a number but no parameters.
func TestUnknownParameters(t *testing.T) {
	for _, name := range []string{"tuxcall", "create_module", "afs_syscall"} {
		if s, ok := arch.X86_64.Syscall(name); !ok || s.Params != nil {
			t.Errorf("%s: %v, %v", name, s, ok)
		}
	}
	if s, _ := arch.X86_64.Syscall("getpid"); s.Params == nil || len(s.Params) != 0 {
		t.Errorf("getpid: %v", s.Params)
	}
}

func TestAliases(t *testing.T) {
	for _, tc := range []struct{ syscall, alias, kernel string }{
		{"socket", "domain", "family"},
		{"openat", "dirfd", "dfd"},
		{"openat", "pathname", "filename"},
		{"clone", "flags", "clone_flags"},
		{"clone", "stack", "newsp"},
		{"ioctl", "request", "cmd"},
		{"rt_sigaction", "signum", "sig"},
		{"bind", "sockfd", "fd"},
		{"ptrace", "op", ""},
		{"kill", "sig", "sig"},
		{"prctl", "option", "option"},
		{"mremap", "new_size", "new_len"},
	} {
		for _, a := range arch.ABIs() {
			s, ok := a.Syscall(tc.syscall)
			if !ok {
				continue
			}
			p, ok := s.Param(tc.alias)
			if ok != (tc.kernel != "") || ok && p.Name != tc.kernel {
				t.Errorf("%v: %s's %s is %v", a, tc.syscall, tc.alias, p)
			}
		}
	}
	// One filter must do for mmap's offset on all ABIs whose mmap has one.
	for _, a := range []arch.ABI{arch.X86_64, arch.AArch64, arch.RISCV64, arch.PPC64LE, arch.LoongArch64, arch.MIPS64EL} {
		s, _ := a.Syscall("mmap")
		for _, name := range []string{"length", "len", "prot", "flags", "fd", "off", "offset"} {
			if _, ok := s.Param(name); !ok {
				t.Errorf("%v: mmap has no %s", a, name)
			}
		}
	}
	// In pages, so it must not pass for the offset.
	if s, _ := arch.I386.Syscall("mmap2"); s != nil {
		if p, ok := s.Param("offset"); ok {
			t.Errorf("mmap2's offset is %v", p)
		}
	}
}
