package check

import (
	"testing"

	"sandbox/arch"
)

// TestLowering states the typed form of each construct, and that parameters
// are read from the right registers with the right width and sign.
func TestLowering(t *testing.T) {
	const (
		x86_64  = arch.X86_64
		i386    = arch.I386
		aarch64 = arch.AArch64
		s390x   = arch.S390X
		arm     = arch.ARM
	)
	tests := []struct {
		abi  arch.ABI
		text string
		want string
	}{
		// Parameters.
		{x86_64, "read: fd == 3", "0: [(== a0 3:u32)]"},
		{x86_64, "openat: dfd == 3", "257: [(== (i32 a0) 3:i32)]"},
		{x86_64, "openat: dirfd == AT_FDCWD", "257: [(== (i32 a0) -100:i32)]"},
		{x86_64, "openat: mode == 0644", "257: [(== (& a3 65535:u32) 420:u32)]"},
		{x86_64, "read: count == 3", "0: [(== a2:64 3:u64)]"},
		{x86_64, "lseek: offset == -1", "8: [(== (i64 a1:64) -1:i64)]"},
		{i386, "read: count == 3", "3: [(== a2 3:u32)]"},
		{i386, "lseek: offset == -1", "19: [(== (i32 a1) -1:i32)]"},
		{i386, "fallocate: offset == -1", "324: [(== (i64 a2:a3) -1:i64)]"},
		{i386, "fallocate: len > 5", "324: [(> (i64 a4:a5) 5:i64)]"},
		{arm, "pread64: pos == 5", "180: [(== (i64 a4:a5) 5:i64)]"},
		{s390x, "read: count == 3", "3: [(== a2:64 3:u64)]"},
		{aarch64, "openat: flags == 0", "56: [(== (i32 a2) 0:i32)]"},
		// clone's parameters stand in different orders.
		{x86_64, "clone: tls == 1", "56: [(== a4:64 1:u64)]"},
		{aarch64, "clone: tls == 1", "220: [(== a3:64 1:u64)]"},

		// Registers and fields.
		{x86_64, "read: args[0] == -1", "0: [(== a0:64 0xffffffffffffffff:u64)]"},
		{i386, "read: args[2] == 3", "3: [(== a2:64 3:u64)]"},
		{x86_64, "read: args[1 + 1] == 3", "0: [(== a2:64 3:u64)]"},
		{x86_64, "*: nr == 3 && arch != 0xc000003e && ip < 4096", "0-336,424-471: (&& (&& [(== nr 3:u32)] [(!= arch 0xc000003e:u32)]) [(< ip:64 4096:u64)])"},
		{x86_64, "#9999: args[0] & 1 != 0", "9999: [(!= (& a0:64 1:u64) 0:u64)]"},
		{x86_64, "#0: fd == 1", "0: [(== a0 1:u32)]"},

		// Locals.
		{x86_64, "openat: let t = flags & 3; t == 1 || t == 2", "257: (|| [(== (& (i32 a2) 3:i32) 1:i32)] [(== (& (i32 a2) 3:i32) 2:i32)])"},
		{x86_64, "read: let m = ~O_CLOEXEC; count & m == 0 && fd & m == 0", "0: (&& [(== (& a2:64 0xfffffffffff7ffff:u64) 0:u64)] [(== (& a0 0xfff7ffff:u32) 0:u32)])"},
		{x86_64, "openat: let w = flags & 3 != 0; let c = mode; !w && c == 1", "257: (&& (! [(!= (& (i32 a2) 3:i32) 0:i32)]) [(== (& a3 65535:u32) 1:u32)])"},
		{x86_64, "openat: let t = flags; t", "257: [(!= (i32 a2) 0:i32)]"},
		{i386, "fallocate: let end = offset + len; end < 0", "324: [(< (+ (i64 a2:a3) (i64 a4:a5)) 0:i64)]"},

		// Loops.
		{x86_64, "read: any(i in 0..3: args[i] == 7)", "0: (|| (|| [(== a0:64 7:u64)] [(== a1:64 7:u64)]) [(== a2:64 7:u64)])"},
		{x86_64, "lseek: all(w in {SEEK_SET, SEEK_CUR + 4}: whence != w)", "8: (&& [(!= a2 0:u32)] [(!= a2 5:u32)])"},
		{x86_64, "read: any(i in 0..3: i != 1 && args[i] == 7)", "0: (|| [(== a0:64 7:u64)] [(== a2:64 7:u64)])"},
		{x86_64, "read: all(i in -1..2: i in {0, 1} || fd != i + 5)", "0: [(!= a0 4:u32)]"},
		{x86_64, "read: any(i in 0..3: any(j in 0..i: args[i] == args[j]))", "0: (|| [(== a1:64 a0:64)] (|| [(== a2:64 a0:64)] [(== a2:64 a1:64)]))"},
		{x86_64, "setresuid: any(v in {-1, (u32)7}: ruid == v)", "117: (|| [(== a0 0xffffffff:u32)] [(== a0 7:u32)])"},

		// Standard functions.
		{x86_64, "openat: only(flags, O_CLOEXEC | O_ACCMODE)", "257: [(== (& (i32 a2) -524292:i32) 0:i32)]"},
		{x86_64, "mmap: has(prot, 6)", "9: [(== (& a2 6:u32) 6:u32)]"},
		{x86_64, "ioctl: ioc_type(cmd) == 0x54", "16: [(== (& (>> a1 8:u32) 255:u32) 84:u32)]"},
		{x86_64, "ioctl: cmd == ioc_nr(TIOCSTI)", "16: [(== a1 18:u32)]"},
		{arch.PPC64LE, "ioctl: ioc_size(cmd) == 8", "54: [(== (>> (& a1 0x1fff0000:u32) 16:u32) 8:u32)]"},
		{x86_64, "mknod: dev == makedev(259, 0x12345)", "133: [(== a2 0x12310345:u32)]"},

		// Truth.
		{x86_64, "openat: flags", "257: [(!= (i32 a2) 0:i32)]"},
		{x86_64, "openat: !flags", "257: (! [(!= (i32 a2) 0:i32)])"},
		{x86_64, "openat: !(flags & 64)", "257: (! [(!= (& (i32 a2) 64:i32) 0:i32)])"},
		{x86_64, "read: fd == 1 || fd == 2 && count == 3", "0: (|| [(== a0 1:u32)] (&& [(== a0 2:u32)] [(== a2:64 3:u64)]))"},

		// Constants take the type that they meet.
		{x86_64, "openat: flags & O_ACCMODE == O_RDONLY", "257: [(== (& (i32 a2) 3:i32) 0:i32)]"},
		{x86_64, "openat: flags & ~O_CLOEXEC == 0", "257: [(== (& (i32 a2) -524289:i32) 0:i32)]"},
		{x86_64, "read: count & ~O_CLOEXEC == 0", "0: [(== (& a2:64 0xfffffffffff7ffff:u64) 0:u64)]"},
		{x86_64, "read: fd & 0xffff0000 == 0", "0: [(== (& a0 0xffff0000:u32) 0:u32)]"},
		{x86_64, "openat: flags & 0x80000000 != 0", "257: [(!= (& (i32 a2) -2147483648:i32) 0:i32)]"},
		{x86_64, "read: fd & -2 == 0", "0: [(== (& a0 0xfffffffe:u32) 0:u32)]"},
		{x86_64, "read: fd == ~0", "0: [(== a0 0xffffffff:u32)]"},
		{x86_64, "read: fd == -1", "0: [(== a0 0xffffffff:u32)]"},
		{x86_64, "read: count >= ~0xfff", "0: [(>= a2:64 0xfffffffffffff000:u64)]"},
		{x86_64, "personality: personality == 0xffffffff", "135: [(== a0 0xffffffff:u32)]"},
		{x86_64, "read: 1 << 40 >> 39 == fd", "0: [(== a0 2:u32)]"},
		{x86_64, "read: fd == (1 << 100) - (1 << 100) + 7 / 2 * 2 % 4", "0: [(== a0 2:u32)]"},
		{x86_64, "read: fd == (0 - 7) / 2 + 4", "0: [(== a0 1:u32)]"},
		{x86_64, "read: fd == (5 ^ 1) | 2 & 3", "0: [(== a0 6:u32)]"},

		// A constant on the left stands on the right.
		{x86_64, "read: 3 < fd", "0: [(> a0 3:u32)]"},
		{x86_64, "read: 3 >= fd", "0: [(<= a0 3:u32)]"},
		{x86_64, "read: 3 != fd", "0: [(!= a0 3:u32)]"},

		// Arithmetic.
		{x86_64, "read: fd * 3 + 1 == 4", "0: [(== (+ (* a0 3:u32) 1:u32) 4:u32)]"},
		{x86_64, "read: 3 * fd == 4", "0: [(== (* 3:u32 a0) 4:u32)]"},
		{x86_64, "read: 10 - fd == 4", "0: [(== (- 10:u32 a0) 4:u32)]"},
		{x86_64, "read: fd + -1 == 4", "0: [(== (+ a0 0xffffffff:u32) 4:u32)]"},
		{x86_64, "openat: flags / -2 == 4", "257: [(== (/ (i32 a2) -2:i32) 4:i32)]"},
		{x86_64, "read: fd % 8 == 4", "0: [(== (% a0 8:u32) 4:u32)]"},
		{x86_64, "openat: flags >> 31 == -1", "257: [(== (>> (i32 a2) 31:i32) -1:i32)]"},
		{x86_64, "read: count << 63 != 0", "0: [(!= (<< a2:64 63:u64) 0:u64)]"},
		{x86_64, "read: ~fd == 4 && -fd == 4", "0: (&& [(== (~ a0) 4:u32)] [(== (- a0) 4:u32)])"},
		{x86_64, "setreuid: ruid ^ euid == 0", "113: [(== (^ a0 a1) 0:u32)]"},
		{x86_64, "openat: mode + 0xffff == 5", "257: [(== (+ (& a3 65535:u32) 65535:u32) 5:u32)]"},

		// Casts.
		{x86_64, "read: (u64)fd + count == 4", "0: [(== (+ (u64 a0) a2:64) 4:u64)]"},
		{x86_64, "read: (u32)count == 4", "0: [(== a2 4:u32)]"},
		{x86_64, "read: (i32)count == -4", "0: [(== (i32 a2) -4:i32)]"},
		{x86_64, "read: (u8)fd == 4", "0: [(== (& a0 255:u32) 4:u32)]"},
		{x86_64, "openat: (u8)mode == 4", "257: [(== (& (& a3 65535:u32) 255:u32) 4:u32)]"},
		{x86_64, "openat: (u16)mode == 4", "257: [(== (& a3 65535:u32) 4:u32)]"},
		{x86_64, "read: (u16)(fd & 0xfff) == 4", "0: [(== (& a0 4095:u32) 4:u32)]"},
		{x86_64, "openat: (u32)flags == 0xffffffff", "257: [(== a2 0xffffffff:u32)]"},
		{x86_64, "openat: (u64)flags == -1", "257: [(== (u64 (i32 a2)) 0xffffffffffffffff:u64)]"},
		{x86_64, "openat: (i64)(u64)(i32)(u32)flags == -1", "257: [(== (i64 (i32 a2)) -1:i64)]"},
		{x86_64, "openat: (u64)(u32)flags == 5", "257: [(== (u64 a2) 5:u64)]"},
		{x86_64, "read: (u32)-1 == fd", "0: [(== a0 0xffffffff:u32)]"},
		{x86_64, "read: fd == ~(u8)1 & 0xff", "0: [(== a0 254:u32)]"},
		{x86_64, "read: (u32)1 << 31 == fd", "0: [(== a0 0x80000000:u32)]"},
		{x86_64, "read: count == ~(u32)0", "0: [(== a2:64 0xffffffff:u64)]"},
		{x86_64, "openat: dfd == (i32)0xffffff9c", "257: [(== (i32 a0) -100:i32)]"},

		// Pointers.
		{x86_64, "openat: filename == 0", "257: [(== a1:64 0:u64)]"},
		{x86_64, "openat: 0 != pathname", "257: [(!= a1:64 0:u64)]"},
		{i386, "openat: filename != 0", "295: [(!= a1 0:u32)]"},
		{x86_64, "openat: (u64)filename < 4096", "257: [(< a1:64 4096:u64)]"},
		{x86_64, "openat: (u32)filename & 4095 == 0", "257: [(== (& a1 4095:u32) 0:u32)]"},
		{i386, "openat: (u64)filename in 0..4096", "295: [(in (u64 a1) 0..4095)]"},

		// Two variables.
		{x86_64, "setreuid: ruid == euid", "113: [(== a0 a1)]"},
		{x86_64, "openat: flags < dfd", "257: [(< (i32 a2) (i32 a0))]"},
		{x86_64, "read: fd < count", "0: [(< (u64 a0) a2:64)]"},
		{x86_64, "lseek: offset >= fd", "8: [(>= (i64 a1:64) (i64 a0))]"},
		{x86_64, "openat: flags == mode", "257: [(== (i32 a2) (i32 (& a3 65535:u32)))]"},
		{x86_64, "openat: (u32)flags == dfd", "257: [(&& (>= (i32 a0) 0:i32) (== a0 a2))]"},
		{x86_64, "openat: (u32)flags != dfd", "257: [(|| (< (i32 a0) 0:i32) (!= a0 a2))]"},
		{x86_64, "openat: (u32)flags > dfd", "257: [(|| (< (i32 a0) 0:i32) (< a0 a2))]"},
		{x86_64, "openat: (u32)flags >= dfd", "257: [(|| (< (i32 a0) 0:i32) (<= a0 a2))]"},
		{x86_64, "openat: (u32)flags < dfd", "257: [(&& (>= (i32 a0) 0:i32) (> a0 a2))]"},
		{x86_64, "openat: args[0] <= flags", "257: [(&& (>= (i32 a2) 0:i32) (>= (u64 (i32 a2)) a0:64))]"},
		{x86_64, "openat: args[0] & 7 == flags & 7", "257: [(== (u32 (& a0:64 7:u64)) (u32 (& (i32 a2) 7:i32)))]"},
		{x86_64, "pread64: pos == count", "17: [(&& (>= (i64 a3:64) 0:i64) (== a3:64 a2:64))]"},

		// Sets.
		{x86_64, "read: fd in {2, 0, 1, 7}", "0: [(in a0 0..2 7)]"},
		{x86_64, "read: fd not in {1}", "0: [(! (in a0 1))]"},
		{x86_64, "read: fd in 3..6", "0: [(in a0 3..5)]"},
		{x86_64, "openat: dfd in {1, -1, AT_FDCWD, 0}", "257: [(in (i32 a0) -100 -1..1)]"},
		{x86_64, "read: fd in {-1, 0xfffffffe, 0}", "0: [(in a0 0 0xfffffffe..0xffffffff)]"},
		{x86_64, "openat: dfd in -3..0x80000000", "257: [(in (i32 a0) -3..2147483647)]"},
		{x86_64, "read: count in {0xffffffffffffffff, 0}", "0: [(in a2:64 0 0xffffffffffffffff)]"},
		{x86_64, "lseek: offset in {-0x8000000000000000, 0x7fffffffffffffff}", "8: [(in (i64 a1:64) -9223372036854775808 9223372036854775807)]"},
		{x86_64, "ioctl: cmd not in {TIOCSTI, TIOCLINUX}", "16: [(! (in a1 21522 21532))]"},
		{x86_64, "openat: flags & 3 in {O_RDONLY, O_WRONLY}", "257: [(in (& (i32 a2) 3:i32) 0..1)]"},

		// One filter for each layout.
		{x86_64, "open, openat: flags == 1", "2: [(== (i32 a1) 1:i32)]\n257: [(== (i32 a2) 1:i32)]"},
		{x86_64, "read, write, close, lseek: fd == 1", "0-1,3,8: [(== a0 1:u32)]"},
		{x86_64, "open, openat: nr == 2", "2,257: [(== nr 2:u32)]"},
		{aarch64, "open, openat: flags == 1", "56: [(== (i32 a2) 1:i32)]"},
		{x86_64, "read, accept: fd == 1", "0: [(== a0 1:u32)]\n43: [(== (i32 a0) 1:i32)]"},
	}
	for _, test := range tests {
		in := input(t, test.abi, test.text)
		filters, list := Filters(in)
		if list.Failed() {
			t.Errorf("%s on %s:\n%s", test.text, test.abi, render(list))
			continue
		}
		if got := dumpFilters(filters); got != test.want {
			t.Errorf("%s on %s:\ngot  %s\nwant %s", test.text, test.abi, got, test.want)
		}
	}
}
