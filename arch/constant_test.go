package arch_test

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"sandbox/arch"
)

func TestConstants(t *testing.T) {
	everywhere := []struct {
		name string
		want arch.Value
	}{
		{"AT_FDCWD", arch.Value{Bits: 1<<64 - 100, Signed: true}},
		{"O_RDONLY", arch.Value{}},
		{"O_WRONLY", arch.Value{Bits: 1}},
		{"O_ACCMODE", arch.Value{Bits: 3}},
		{"AF_INET", arch.Value{Bits: 2}},
		{"AF_UNIX", arch.Value{Bits: 1}},
		{"PROT_EXEC", arch.Value{Bits: 4}},
		{"CLONE_NEWUSER", arch.Value{Bits: 0x10000000}},
		{"PR_SET_MM", arch.Value{Bits: 35}},
		{"F_GETFL", arch.Value{Bits: 3}},
		{"R_OK", arch.Value{Bits: 4}},
		{"SEEK_END", arch.Value{Bits: 2}},
		{"SHUT_RDWR", arch.Value{Bits: 2}},
		{"S_IFMT", arch.Value{Bits: 0o170000}},
		{"BPF_PROG_LOAD", arch.Value{Bits: 5}},              // an enum
		{"LANDLOCK_RULE_PATH_BENEATH", arch.Value{Bits: 1}}, // an enum
		{"IORING_OP_READ", arch.Value{Bits: 22}},            // an enum
		{"PERF_TYPE_HARDWARE", arch.Value{}},                // an enum
		{"KEY_SPEC_THREAD_KEYRING", arch.Value{Bits: 1<<64 - 1, Signed: true}},
		{"MS_NOUSER", arch.Value{Bits: 1 << 31}}, // 1<<31 of an int
		{"LINUX_REBOOT_CMD_RESTART", arch.Value{Bits: 0x01234567}},
		{"SYSLOG_ACTION_READ_ALL", arch.Value{Bits: 3}},
		{"SECCOMP_FILTER_FLAG_NEW_LISTENER", arch.Value{Bits: 8}},
	}
	for _, a := range arch.ABIs() {
		for _, tc := range everywhere {
			if v, ok := a.Constant(tc.name); !ok || v != tc.want {
				t.Errorf("%v %s: %v, %v; want %v", a, tc.name, v, ok, tc.want)
			}
		}
	}
	for _, tc := range []struct {
		abi  arch.ABI
		name string
		want uint64
	}{
		{arch.X86_64, "O_CREAT", 0o100},
		{arch.MIPS64EL, "O_CREAT", 0o400},
		{arch.X86_64, "O_DIRECT", 0o40000},
		{arch.AArch64, "O_DIRECT", 0o200000},
		{arch.ARM, "O_DIRECT", 0o200000},
		{arch.PPC64LE, "O_DIRECT", 0o400000},
		{arch.X86_64, "O_LARGEFILE", 0o100000}, // libc says 0
		{arch.I386, "F_GETLK", 5},              // libc says F_GETLK64, 12
		{arch.I386, "F_GETLK64", 12},
		{arch.X86_64, "TIOCSTI", 0x5412},
		{arch.PPC64LE, "TIOCSTI", 0x5412},
		{arch.MIPS64EL, "TIOCSTI", 0x5472},
		{arch.X86_64, "TUNSETIFF", 0x400454ca},
		{arch.PPC64LE, "TUNSETIFF", 0x800454ca},
		{arch.X86_64, "SOCK_STREAM", 1},
		{arch.MIPS64EL, "SOCK_STREAM", 2},
		{arch.MIPS64EL, "SOCK_DGRAM", 1},
		{arch.X86_64, "SOL_SOCKET", 1},
		{arch.MIPS64EL, "SOL_SOCKET", 0xffff},
		{arch.X86_64, "MAP_ANONYMOUS", 0x20},
		{arch.MIPS64EL, "MAP_ANONYMOUS", 0x800},
		{arch.X86_64, "PR_SET_PTRACER_ANY", 1<<64 - 1},
		{arch.I386, "PR_SET_PTRACER_ANY", 1<<32 - 1},
		{arch.X86_64, "ARCH_SET_FS", 0x1002},
		{arch.X86_64, "MAP_32BIT", 0x40},
		{arch.PPC64LE, "PROT_SAO", 0x10},
		{arch.X86_64, "RLIMIT_NOFILE", 7},
		{arch.MIPS64EL, "RLIMIT_NOFILE", 5},
	} {
		if v, ok := tc.abi.Constant(tc.name); !ok || v != (arch.Value{Bits: tc.want}) {
			t.Errorf("%v %s: %v, %v; want %#x", tc.abi, tc.name, v, ok, tc.want)
		}
	}
	// One ABI's constant is not another's.
	for _, tc := range []struct {
		abi  arch.ABI
		name string
	}{{arch.AArch64, "MAP_32BIT"}, {arch.AArch64, "ARCH_SET_FS"}, {arch.X86_64, "PROT_SAO"}, {arch.X86_64, "F_GETLK64"}} {
		if v, ok := tc.abi.Constant(tc.name); ok || !arch.ConstantAnywhere(tc.name) {
			t.Errorf("%v %s: %v, %v", tc.abi, tc.name, v, ok)
		}
	}
}

// The UAPI headers win over golang.org/x/sys, which has libc's values: facts
// name each difference with its reason.
func TestConstantsAgainstXSys(t *testing.T) {
	reasons := map[string]string{}
	for _, row := range readRows(t, "gen/facts/differences_xsys.tsv") {
		reasons[row[0]] = row[1]
	}
	used := map[string]bool{}
	dir := xsys(t)
	for a, goarch := range goarchOf {
		n := 0
		for name, bits := range xsysConstants(t, dir, goarch) {
			v, ok := a.Constant(name)
			if !ok && !arch.ConstantAnywhere(name) {
				continue // of the kind that never stands in a register
			}
			n++
			if ok && v.Bits == bits {
				continue
			}
			if reasons[name] == "" {
				t.Errorf("%v %s: %#x in x/sys, %#x here (%v)", a, name, bits, v.Bits, ok)
			}
			used[name] = true
		}
		if n < 2500 {
			t.Errorf("%v: only %d constants to compare", a, n)
		}
	}
	for name := range reasons {
		if !used[name] {
			t.Errorf("%s: accepted, but there is no difference", name)
		}
	}
}

func xsysConstants(t *testing.T, dir, goarch string) map[string]uint64 {
	t.Helper()
	all := map[string]uint64{}
	for _, name := range []string{"zerrors_linux.go", "zerrors_linux_" + goarch + ".go"} {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.ValueSpec)
			if !ok || len(s.Values) != 1 {
				return true
			}
			if lit, negative := intLiteral(s.Values[0]); lit != nil {
				bits, _ := constant.Uint64Val(constant.MakeFromLiteral(lit.Value, token.INT, 0))
				if negative {
					bits = -bits
				}
				all[s.Names[0].Name] = bits
			}
			return false
		})
	}
	return all
}

func intLiteral(e ast.Expr) (lit *ast.BasicLit, negative bool) {
	if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.SUB {
		e, negative = u.X, true
	}
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.INT || strings.HasPrefix(lit.Value, "'") {
		return nil, false
	}
	return lit, negative
}

func TestErrnosAndSignals(t *testing.T) {
	for _, tc := range []struct {
		abi    arch.ABI
		errno  string
		number uint16
		name   string // to print, if another one
	}{
		{arch.X86_64, "EPERM", 1, ""},
		{arch.X86_64, "ENOSYS", 38, ""},
		{arch.MIPS64EL, "ENOSYS", 89, ""},
		{arch.X86_64, "EWOULDBLOCK", 11, "EAGAIN"},
		{arch.X86_64, "EDEADLOCK", 35, "EDEADLK"},
		{arch.PPC64LE, "EDEADLOCK", 58, ""},
		{arch.MIPS64EL, "EDEADLOCK", 56, ""},
		{arch.X86_64, "EUCLEAN", 117, ""},
		{arch.X86_64, "EHWPOISON", 133, ""},
		{arch.MIPS64EL, "EDQUOT", 1133, ""},
		{arch.S390X, "EOPNOTSUPP", 95, ""},
	} {
		if n, ok := tc.abi.Errno(tc.errno); !ok || n != tc.number {
			t.Errorf("%v %s: %d, %v; want %d", tc.abi, tc.errno, n, ok, tc.number)
		}
		want := tc.name
		if want == "" {
			want = tc.errno
		}
		if name, ok := tc.abi.ErrnoName(tc.number); !ok || name != want {
			t.Errorf("%v %d: %s, %v; want %s", tc.abi, tc.number, name, ok, want)
		}
	}
	for _, name := range []string{"EPOLLIN", "EPOLL_CTL_ADD", "ECHO", "EAX", "", "eperm", "E"} {
		if n, ok := arch.X86_64.Errno(name); ok {
			t.Errorf("%s is errno %d", name, n)
		}
	}
	if name, ok := arch.X86_64.ErrnoName(0); ok {
		t.Errorf("0 is %s", name)
	}
	for _, a := range arch.ABIs() {
		for n := uint16(1); n < 2000; n++ {
			if name, ok := a.ErrnoName(n); ok {
				if back, ok := a.Errno(name); !ok || back != n {
					t.Errorf("%v: %d is %s is %d", a, n, name, back)
				}
				if v, ok := a.Constant(name); !ok || v.Bits != uint64(n) {
					t.Errorf("%v: %s is %v as a constant, %d as an errno", a, name, v, n)
				}
			}
		}
		for n := range 32 {
			name, ok := a.SignalName(n)
			if ok != (n != 0) {
				t.Errorf("%v: signal %d is %q", a, n, name)
			}
			if back, _ := a.Signal(name); ok && back != n {
				t.Errorf("%v: signal %d is %s is %d", a, n, name, back)
			}
		}
	}
	for _, tc := range []struct {
		abi  arch.ABI
		n    int
		want string
	}{{arch.X86_64, 31, "SIGSYS"}, {arch.MIPS64EL, 12, "SIGSYS"}, {arch.X86_64, 6, "SIGABRT"}, {arch.X86_64, 29, "SIGIO"}, {arch.X86_64, 17, "SIGCHLD"}, {arch.MIPS64EL, 18, "SIGCHLD"}} {
		if name, _ := tc.abi.SignalName(tc.n); name != tc.want {
			t.Errorf("%v: signal %d is %s, want %s", tc.abi, tc.n, name, tc.want)
		}
	}
}
