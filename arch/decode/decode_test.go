package decode_test

import (
	"testing"

	"sandbox/arch"
	"sandbox/arch/decode"
	"sandbox/policy"
)

// parse reads a call as explain and tests do.
func parse(t *testing.T, abi arch.ABI, text string) (*arch.Syscall, [6]uint64) {
	t.Helper()
	c, list := policy.ParseCall(abi, text)
	if list.Failed() {
		t.Fatalf("%s on %s: %v", text, abi, list.Err())
	}
	call, ok := abi.Numbered(c.Nr)
	if !ok {
		t.Fatalf("%s on %s: no such call", text, abi)
	}
	return call, c.Args
}

func TestCalls(t *testing.T) {
	const all = arch.ABI(0)
	for _, tc := range []struct {
		abi        arch.ABI
		call, want string
	}{
		{all, "openat(-100, 0, 0)", "openat(AT_FDCWD, 0, O_RDONLY, 0)"},
		{all, "openat(AT_FDCWD, 0x7ffc1000, O_CREAT | O_WRONLY | O_CLOEXEC, 0644)", "openat(AT_FDCWD, 0x7ffc1000, O_WRONLY | O_CREAT | O_CLOEXEC, 0644)"},
		{arch.X86_64, "openat(3, 0, 0x241, 0600)", "openat(3, 0, O_WRONLY | O_CREAT | O_TRUNC, 0600)"},
		{arch.MIPS64EL, "openat(3, 0, 0x301, 0600)", "openat(3, 0, O_WRONLY | O_CREAT | O_TRUNC, 0600)"},
		{arch.AArch64, "openat(3, 0, 0x4000)", "openat(3, 0, O_RDONLY | O_DIRECTORY, 0)"},
		{arch.X86_64, "openat(3, 0, 0x4000)", "openat(3, 0, O_RDONLY | O_DIRECT, 0)"},
		{arch.X86_64, "openat(3, 0, 0x101000)", "openat(3, 0, O_RDONLY | O_SYNC, 0)"}, // and __O_SYNC alone is no name
		{arch.X86_64, "openat(3, 0, 0x410000)", "openat(3, 0, O_RDONLY | O_TMPFILE, 0)"},
		{arch.X86_64, "openat(3, 0, 0x40000001)", "openat(3, 0, O_WRONLY | 0x40000000, 0)"},
		{arch.X86_64, "openat(0xffffff9c, 0, 0xfffffff)", "openat(0xffffff9c, 0, 0xfffffff, 0)"},
		{arch.I386, "openat(0xffffff9c)", "openat(AT_FDCWD, 0, O_RDONLY, 0)"},
		{arch.X86_64, "socket(1, 0x80001, 0)", "socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)"},
		{arch.MIPS64EL, "socket(2, 2, 17)", "socket(AF_INET, SOCK_STREAM, IPPROTO_UDP)"}, // 2 is SOCK_DGRAM elsewhere
		{arch.X86_64, "socket(2, 2, 17)", "socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP)"},
		{all, "socket(AF_NETLINK, SOCK_RAW, 9)", "socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT)"},
		{all, "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, 0, 4)", "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, 0, 4)"},
		{arch.X86_64, "setsockopt(3, 1, 2)", "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, 0, 0)"},
		{arch.MIPS64EL, "setsockopt(3, 1, 2)", "setsockopt(3, 1, 2, 0, 0)"}, // SOL_SOCKET is 0xffff
		{all, "setsockopt(3, SOL_TCP, 1)", "setsockopt(3, SOL_TCP, TCP_NODELAY, 0, 0)"},
		{all, "setsockopt(3, SOL_UDP, 1)", "setsockopt(3, SOL_UDP, 1, 0, 0)"},
		{arch.X86_64, "clone(0x10000011)", "clone(CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0)"},
		{arch.MIPS64EL, "clone(0x10000012)", "clone(CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0)"},
		{arch.S390X, "clone(0, 0x10000011)", "clone(0, CLONE_NEWUSER | SIGCHLD, 0, 0, 0)"},
		{all, "mprotect(0x1000, 4096, 3)", "mprotect(0x1000, 4096, PROT_READ | PROT_WRITE)"},
		{all, "mprotect(0x1000, 4096, 0)", "mprotect(0x1000, 4096, PROT_NONE)"},
		{arch.X86_64, "mmap(0, 8192, 5, 0x22, -1, 0)", "mmap(0, 8192, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)"},
		{arch.MIPS64EL, "mmap(0, 8192, 5, 0x802, -1, 0)", "mmap(0, 8192, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)"},
		{arch.X86_64, "mmap(0, 8192, 3, MAP_PRIVATE | MAP_HUGETLB | MAP_HUGE_2MB)", "mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_HUGETLB | MAP_HUGE_2MB, 0, 0)"},
		{arch.X86_64, "ioctl(0, 0x5412, 0x7ffc1000)", "ioctl(0, TIOCSTI, 0x7ffc1000)"},
		{arch.MIPS64EL, "ioctl(0, 0x5472)", "ioctl(0, TIOCSTI, 0)"},
		{arch.PPC64LE, "ioctl(0, TCGETS)", "ioctl(0, TCGETS, 0)"},
		{all, "ioctl(0, TCFLSH, 2)", "ioctl(0, TCFLSH, TCIOFLUSH)"},
		{all, "ioctl(0, 0xc00458ff)", "ioctl(0, 0xc00458ff, 0)"},
		{all, "prctl(15, 0x1234)", "prctl(PR_SET_NAME, 0x1234, 0, 0, 0)"},
		{all, "prctl(PR_SET_SECCOMP, 2, 0x1234)", "prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, 0x1234, 0, 0)"},
		{all, "prctl(PR_CAP_AMBIENT, 2, 12)", "prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0)"},
		{all, "prctl(PR_SET_PDEATHSIG, 9)", "prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)"},
		{all, "kill(-1, 9)", "kill(-1, SIGKILL)"},
		{arch.X86_64, "kill(1, 17)", "kill(1, SIGCHLD)"},
		{arch.MIPS64EL, "kill(1, 18)", "kill(1, SIGCHLD)"},
		{all, "kill(1, 40)", "kill(1, 40)"}, // real-time signals have no names
		{all, "ptrace(16, 100)", "ptrace(PTRACE_ATTACH, 100, 0, 0)"},
		{all, "ptrace(PTRACE_SEIZE, 100, 0, 3)", "ptrace(PTRACE_SEIZE, 100, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK)"},
		{all, "fcntl(3, F_SETFL, O_APPEND)", "fcntl(3, F_SETFL, O_APPEND)"},
		{all, "fcntl(3, F_SETFL, O_RDWR | O_NONBLOCK)", "fcntl(3, F_SETFL, O_RDWR | O_NONBLOCK)"},
		{all, "fcntl(3, F_SETFL)", "fcntl(3, F_SETFL, 0)"},
		{all, "fcntl(3, F_SETFD, 1)", "fcntl(3, F_SETFD, FD_CLOEXEC)"},
		{all, "fcntl(3, F_DUPFD, 10)", "fcntl(3, F_DUPFD, 10)"},
		{all, "futex(0x1000, 129)", "futex(0x1000, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 0, 0, 0, 0)"},
		{all, "futex(0x1000, 0x189)", "futex(0x1000, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME, 0, 0, 0, 0)"},
		{all, "mknodat(AT_FDCWD, 0x1000, S_IFCHR | 0666, 0x103)", "mknodat(AT_FDCWD, 0x1000, S_IFCHR | 0666, 259)"},
		{all, "fchmod(3, 04755)", "fchmod(3, 04755)"},
		{arch.X86_64, "fchmod(3, 0x10000001)", "fchmod(3, 0x10000001)"},
		{all, "personality(0x40008)", "personality(PER_LINUX32 | ADDR_NO_RANDOMIZE)"},
		{all, "personality(0xffffffff)", "personality(0xffffffff)"},
		{all, "unshare(CLONE_NEWUSER | CLONE_NEWNS)", "unshare(CLONE_NEWNS | CLONE_NEWUSER)"},
		{all, "faccessat(AT_FDCWD, 0, 0)", "faccessat(AT_FDCWD, 0, F_OK)"},
		{all, "reboot(0xfee1dead, 672274793, 0x1234567)", "reboot(LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_RESTART, 0)"},
		{all, "seccomp(1, 8)", "seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, 0)"},
		{arch.I386, "socketcall(3)", "socketcall(SYS_CONNECT, 0)"},
		{arch.I386, "pread64(3, 0x1000, 10, 0, 1)", "pread64(3, 0x1000, 10, 0, 1)"}, // a position in two registers
		{arch.X86_64, "tuxcall(1)", "tuxcall(1, 0, 0, 0, 0, 0)"},
	} {
		for _, abi := range arch.ABIs() {
			if tc.abi != all && tc.abi != abi {
				continue
			}
			call, args := parse(t, abi, tc.call)
			if got := decode.Call(abi, call, &args); got != tc.want {
				t.Errorf("%s on %s: %s, want %s", tc.call, abi, got, tc.want)
			}
		}
	}
}

func TestKinds(t *testing.T) {
	for _, tc := range []struct {
		call, param string
		want        decode.Kind
	}{
		{"openat", "dirfd", decode.Descriptor},
		{"openat", "pathname", decode.Path},
		{"openat", "flags", decode.Number},
		{"read", "fd", decode.Descriptor},
		{"read", "buf", decode.Address},
		{"read", "count", decode.Size},
		{"write", "buf", decode.Address},
		{"pread64", "pos", decode.Offset},
		{"execve", "filename", decode.Path},
		{"setxattr", "name", decode.Address},
		{"mq_open", "name", decode.Text},
		{"kill", "pid", decode.Process},
		{"setuid", "uid", decode.User},
		{"setgid", "gid", decode.Group},
		{"mknod", "dev", decode.Device},
		{"mmap", "fd", decode.Descriptor},
		{"mmap", "addr", decode.Address},
		{"connect", "fd", decode.Descriptor},
		{"connect", "uservaddr", decode.SocketAddress},
		{"accept", "upeer_sockaddr", decode.Address},
		{"execve", "argv", decode.Strings},
		{"execve", "envp", decode.Address},
		{"copy_file_range", "fd_out", decode.Descriptor},
	} {
		call, ok := arch.X86_64.Syscall(tc.call)
		if !ok {
			t.Fatal(tc.call)
		}
		param, ok := call.Param(tc.param)
		if !ok {
			t.Errorf("%s has no %s: %v", tc.call, tc.param, call.Params)
			continue
		}
		if got := decode.Of(arch.X86_64, call, param, nil).Kind(); got != tc.want {
			t.Errorf("%s's %s: kind %d, want %d", tc.call, tc.param, got, tc.want)
		}
	}
}

func TestMasks(t *testing.T) {
	for _, tc := range []struct {
		call, param string
		mask, value uint64
		want        string
	}{
		{"openat", "flags", 3, 0, "O_ACCMODE == O_RDONLY"},
		{"openat", "flags", 3, 1, "O_ACCMODE == O_WRONLY"},
		{"openat", "flags", 0x243, 0, "(O_ACCMODE | O_CREAT | O_TRUNC) == 0"},
		{"openat", "flags", 0x43, 0x41, "(O_ACCMODE | O_CREAT) == O_WRONLY | O_CREAT"},
		{"openat", "flags", 0x41, 0x40, "(O_CREAT | 0x1) == O_CREAT"},
		{"openat", "flags", 1, 1, ""},
		{"mmap", "prot", 6, 6, "(PROT_WRITE | PROT_EXEC) == PROT_WRITE | PROT_EXEC"},
		{"mmap", "prot", 0xfffffffc, 0, "~(PROT_READ | PROT_WRITE) == 0"},
		{"mmap", "flags", 0x2f, 0x22, "(MAP_TYPE | MAP_ANONYMOUS) == MAP_PRIVATE | MAP_ANONYMOUS"},
		{"clone", "clone_flags", 0x7e020000, 0, "(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET) == 0"},
		{"clone", "clone_flags", 0xff, 17, "CSIGNAL == SIGCHLD"},
		{"socket", "type", 0xf, 2, "0xf == SOCK_DGRAM"},
		{"socket", "type", 0x8000f, 0x80002, "(SOCK_CLOEXEC | 0xf) == SOCK_DGRAM | SOCK_CLOEXEC"},
		{"ioctl", "cmd", 0xff00, 0x5400, ""},
		{"mknod", "mode", 0xf000, 0x2000, "S_IFMT == S_IFCHR"},
		{"chmod", "mode", 0o6000, 0o2000, "06000 == 02000"},
		{"read", "count", 7, 0, ""},
	} {
		call, _ := arch.X86_64.Syscall(tc.call)
		param, ok := call.Param(tc.param)
		if !ok {
			t.Fatal(tc)
		}
		got := ""
		if mask, value, ok := decode.Of(arch.X86_64, call, param, nil).Bits(tc.mask, tc.value); ok {
			got = mask + " == " + value
		}
		if got != tc.want {
			t.Errorf("%s's %s & %#x == %#x: %q, want %q", tc.call, tc.param, tc.mask, tc.value, got, tc.want)
		}
	}
}

// TestArguments has registers whose high bits the kernel does not look at.
func TestArguments(t *testing.T) {
	const junk = 0xdead_0000_0000_0000
	for _, tc := range []struct {
		abi      arch.ABI
		call     string
		register int
		value    uint64
		want     string
	}{
		{arch.X86_64, "openat", 0, 0xffffff9c, "AT_FDCWD"}, // as compilers pass it
		{arch.X86_64, "openat", 0, 0xffffffffffffff9c, "AT_FDCWD"},
		{arch.X86_64, "openat", 0, junk | 3, "3"},
		{arch.X86_64, "openat", 0, 0xfffffffe, "-2"},
		{arch.X86_64, "openat", 1, junk | 3, "0xdead000000000003"},
		{arch.X86_64, "openat", 2, junk | 1, "O_WRONLY"},
		{arch.X86_64, "openat", 2, 0xfffffff, "0xfffffff"},
		{arch.X86_64, "openat", 3, 1<<16 | 0o644, "0644"},
		{arch.X86_64, "openat", 5, junk, "0xdead000000000000"},
		{arch.I386, "openat", 0, junk | 0xffffff9c, "AT_FDCWD"},
		{arch.I386, "openat", 1, junk | 0x8048000, "0x8048000"},
		{arch.I386, "openat", 0, 0xfffffffe, "-2"},
		{arch.X86_64, "ioctl", 1, junk | 0x5412, "TIOCSTI"},
		{arch.X86_64, "write", 2, 100000, "100000"},
		{arch.X86_64, "write", 2, 1 << 40, "0x10000000000"},
	} {
		call, _ := tc.abi.Syscall(tc.call)
		var args [6]uint64
		args[tc.register] = tc.value
		if got := decode.Argument(tc.abi, call, tc.register, &args); got != tc.want {
			t.Errorf("%s of %s: args[%d] = %#x is %q, want %q", tc.call, tc.abi, tc.register, tc.value, got, tc.want)
		}
	}
	if got := decode.Argument(arch.X86_64, nil, 2, &[6]uint64{2: 5}); got != "5" {
		t.Errorf("of no known call, 5 is %q", got)
	}
}

func TestRegisters(t *testing.T) {
	for _, tc := range []struct {
		abi  arch.ABI
		call string
		want int
	}{{arch.X86_64, "getpid", 0}, {arch.X86_64, "openat", 4}, {arch.X86_64, "pread64", 4}, {arch.I386, "pread64", 5}, {arch.X86_64, "mmap", 6}} {
		call, _ := tc.abi.Syscall(tc.call)
		if got := decode.Registers(call); got != tc.want {
			t.Errorf("%s of %s: %d registers, want %d", tc.call, tc.abi, got, tc.want)
		}
	}
	if got := decode.Registers(nil); got != 6 {
		t.Errorf("of no known call: %d registers", got)
	}
}
