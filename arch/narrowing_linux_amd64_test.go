package arch_test

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"sandbox/arch"
)

// junk is what a program that tries to slip past a 64-bit comparison changes
// in the high half of a register: a bit that makes no address invalid, and one
// that makes each invalid.
const junk = uintptr(1)<<32 | uintptr(1)<<62

// A trial calls the kernel with one register varied. call returns something
// that tells values apart: mostly the errno.
type trial struct {
	syscall, param string
	// command names the command under which the parameter is tried, where the
	// kernel's use of it depends on one.
	command string
	dropped bool    // what the facts say: the kernel ignores the high half
	value   uintptr // accepted
	control uintptr // has another outcome than value, so that an outcome says something; 0: none
	call    func(t *testing.T, v uintptr) string
}

func errno(r uintptr, e unix.Errno) string {
	if e != 0 {
		return unix.ErrnoName(e)
	}
	return "ok"
}

func sys(nr uintptr, args ...uintptr) (uintptr, unix.Errno) {
	var a [6]uintptr
	copy(a[:], args)
	r, _, e := unix.RawSyscall6(nr, a[0], a[1], a[2], a[3], a[4], a[5])
	return r, e
}

// simple is a trial's call that puts the value at one place among args.
func simple(nr uintptr, at int, args ...uintptr) func(*testing.T, uintptr) string {
	return func(_ *testing.T, v uintptr) string {
		a := slices.Clone(args)
		a[at] = v
		return errno(sys(nr, a...))
	}
}

// page maps a page for calls that need one; it lasts as long as the process.
func page(t *testing.T, flags int) uintptr {
	t.Helper()
	r, e := sys(unix.SYS_MMAP, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, uintptr(flags|unix.MAP_ANONYMOUS), ^uintptr(0), 0)
	if e != 0 {
		t.Fatal(e)
	}
	return r
}

func open(t *testing.T, path string) uintptr {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f.Fd()
}

var (
	byteBuffer [8]byte
	iov        = unix.Iovec{Base: &byteBuffer[0], Len: 1}
	lock       = unix.Flock_t{Type: unix.F_RDLCK}
)

func mmap(at int) func(*testing.T, uintptr) string {
	return func(t *testing.T, v uintptr) string {
		f, err := os.Open(os.Args[0]) // for reading only, so that PROT_WRITE is refused
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		a := []uintptr{0, 4096, unix.PROT_READ, unix.MAP_SHARED, f.Fd(), 0}
		if at == 4 {
			v += f.Fd() // v is 0, junk, or far beyond the open descriptors
		}
		a[at] = v
		r, e := sys(unix.SYS_MMAP, a...)
		if e == 0 {
			sys(unix.SYS_MUNMAP, r, 4096)
		}
		return errno(r, e)
	}
}

func vectored(nr uintptr, at int) func(*testing.T, uintptr) string {
	return func(t *testing.T, v uintptr) string {
		a := []uintptr{open(t, "/dev/zero"), uintptr(unsafe.Pointer(&iov)), 1, 0, 0, 0}
		if at == 0 {
			v += a[0]
		}
		a[at] = v
		return errno(sys(nr, a...))
	}
}

func processVM(nr uintptr, at int) func(*testing.T, uintptr) string {
	var other [8]byte
	remote := unix.Iovec{Base: &other[0], Len: 1}
	return simple(nr, at, uintptr(os.Getpid()), uintptr(unsafe.Pointer(&iov)), 1, uintptr(unsafe.Pointer(&remote)), 1, 0)
}

// trials covers each line of narrowings.tsv for x86_64, and the parameters
// that keep their width although one might think otherwise.
func trials(t *testing.T) []trial {
	private := page(t, unix.MAP_PRIVATE)
	shared := page(t, unix.MAP_SHARED)
	self := uintptr(os.Getpid())
	zero := open(t, "/dev/zero")
	word := uintptr(unsafe.Pointer(&byteBuffer))
	far := uintptr(1 << 20) // no such descriptor
	list := []trial{
		{"clone", "clone_flags", "", true, uintptr(unix.SIGCHLD), unix.CLONE_THREAD, func(_ *testing.T, v uintptr) string {
			return errno(fork(v))
		}},
		{"kcmp", "idx1", "", true, zero, far, simple(unix.SYS_KCMP, 3, self, self, 0 /* KCMP_FILE */, 0, zero)},
		{"kexec_load", "flags", "", true, 0, 0x100, simple(unix.SYS_KEXEC_LOAD, 3, 0, 1, 0, 0)},
		{"mbind", "mode", "", true, unix.MPOL_DEFAULT, 99, simple(unix.SYS_MBIND, 2, private, 4096, 0, 0, 0, 0)},
		{"mmap", "prot", "", true, unix.PROT_WRITE, unix.PROT_READ, mmap(2)},
		{"mmap", "flags", "", true, unix.MAP_PRIVATE, 0xf, mmap(3)},
		{"mmap", "fd", "", true, 0, far, mmap(4)},
		{"remap_file_pages", "flags", "", true, 0, 0, simple(unix.SYS_REMAP_FILE_PAGES, 4, shared, 4096, 0, 0, 0)},
		{"ptrace", "pid", "", true, self, 0x7fffffff, simple(unix.SYS_PTRACE, 1, unix.PTRACE_ATTACH, 0, 0, 0)},
		{"vmsplice", "nr_segs", "", true, 1, 2000, func(t *testing.T, v uintptr) string {
			var p [2]int
			if err := unix.Pipe(p[:]); err != nil {
				t.Fatal(err)
			}
			defer unix.Close(p[0])
			defer unix.Close(p[1])
			return errno(sys(unix.SYS_VMSPLICE, uintptr(p[1]), uintptr(unsafe.Pointer(&iov)), v, 0))
		}},

		{"fcntl", "arg", "F_DUPFD", true, 500, 600, func(_ *testing.T, v uintptr) string {
			r, e := sys(unix.SYS_FCNTL, zero, unix.F_DUPFD, v)
			if e == 0 {
				sys(unix.SYS_CLOSE, r)
			}
			return fmt.Sprint(r, e)
		}},
		{"fcntl", "arg", "F_SETFL", true, unix.O_NONBLOCK, 0, func(_ *testing.T, v uintptr) string {
			_, e := sys(unix.SYS_FCNTL, zero, unix.F_SETFL, v)
			r, _ := sys(unix.SYS_FCNTL, zero, unix.F_GETFL, 0)
			return fmt.Sprint(r, e)
		}},
		{"fcntl", "arg", "F_GETLK", false, uintptr(unsafe.Pointer(&lock)), 0, simple(unix.SYS_FCNTL, 2, zero, unix.F_GETLK, 0)},
		{"ioctl", "arg", "FIONBIO", false, word, 0, simple(unix.SYS_IOCTL, 2, zero, 0x5421, 0)},
		{"prctl", "arg2", "PR_SET_TSC", true, unix.PR_TSC_ENABLE, 77, simple(unix.SYS_PRCTL, 1, unix.PR_SET_TSC, 0, 0, 0, 0)},
		{"prctl", "arg2", "PR_SET_PDEATHSIG", false, 0, 0, simple(unix.SYS_PRCTL, 1, unix.PR_SET_PDEATHSIG, 0, 0, 0, 0)},
		{"prctl", "arg2", "PR_SET_CHILD_SUBREAPER", false, 0, 0, func(t *testing.T, v uintptr) string {
			if _, e := sys(unix.SYS_PRCTL, unix.PR_SET_CHILD_SUBREAPER, v); e != 0 {
				t.Fatal(e)
			}
			var is int32
			sys(unix.SYS_PRCTL, unix.PR_GET_CHILD_SUBREAPER, uintptr(unsafe.Pointer(&is)))
			sys(unix.SYS_PRCTL, unix.PR_SET_CHILD_SUBREAPER, 0)
			return fmt.Sprint("subreaper ", is)
		}},
		{"prctl", "arg2", "PR_CAPBSET_READ", false, 0, 0, simple(unix.SYS_PRCTL, 1, unix.PR_CAPBSET_READ, 0)},
		{"keyctl", "arg2", "KEYCTL_GET_KEYRING_ID", true, 0xffffffff &^ 2, 0x7ffffff0, simple(unix.SYS_KEYCTL, 1, unix.KEYCTL_GET_KEYRING_ID, 0, 0)},
		{"keyctl", "arg2", "KEYCTL_CAPABILITIES", false, word, 0, simple(unix.SYS_KEYCTL, 1, 31, 0, 4)},
		{"kcmp", "idx2", "KCMP_FILE", true, zero, far, simple(unix.SYS_KCMP, 4, self, self, 0, zero, 0)},

		{"arch_prctl", "arg2", "", false, word, 0, simple(unix.SYS_ARCH_PRCTL, 1, 0x1003 /* ARCH_GET_FS */, 0)},
		{"futex_wait", "val", "", false, 7, 0, simple(455, 1, word, 0, 0xffffffff, 2 /* FUTEX2_SIZE_U32 */, 0, 0)},
		{"futex_wait", "mask", "", false, 0xffffffff, 0, simple(455, 2, word, 7, 0, 2, 0, 0)},
		{"futex_wake", "mask", "", false, 0xffffffff, 0, simple(454, 1, word, 0, 1, 2)},
		{"get_mempolicy", "flags", "", false, 0, 0, simple(unix.SYS_GET_MEMPOLICY, 4, 0, 0, 0, 0, 0)},
		{"ioperm", "from", "", false, 0x80, 0, simple(unix.SYS_IOPERM, 0, 0, 1, 0)},
		{"ioperm", "num", "", false, 1, 0, simple(unix.SYS_IOPERM, 1, 0x80, 0, 0)},
		{"kexec_file_load", "flags", "", false, 0, 0, simple(unix.SYS_KEXEC_FILE_LOAD, 4, ^uintptr(0), ^uintptr(0), 0, 0, 0)},
		{"mount", "flags", "", false, 0, 0, simple(unix.SYS_MOUNT, 3, text("none"), text("/"), text("no-such-filesystem"), 0, 0)},
		{"mprotect", "prot", "", false, unix.PROT_READ, 0, simple(unix.SYS_MPROTECT, 2, private, 4096, 0)},
		{"mremap", "flags", "", false, unix.MREMAP_MAYMOVE, 0, simple(unix.SYS_MREMAP, 3, shared, 4096, 4096, 0, 0)},
		{"mseal", "flags", "", false, 0, 0, simple(462, 2, private, 0, 0)},
		{"perf_event_open", "flags", "", false, 0, 0, simple(unix.SYS_PERF_EVENT_OPEN, 4, 0, 0, 0, 0, 0)},
		{"pkey_mprotect", "prot", "", false, unix.PROT_READ, 0, simple(unix.SYS_PKEY_MPROTECT, 2, private, 4096, 0, ^uintptr(0))},
		{"process_vm_readv", "riovcnt", "", false, 1, 0, processVM(unix.SYS_PROCESS_VM_READV, 4)},
		{"process_vm_readv", "flags", "", false, 0, 0, processVM(unix.SYS_PROCESS_VM_READV, 5)},
		{"process_vm_writev", "riovcnt", "", false, 1, 0, processVM(unix.SYS_PROCESS_VM_WRITEV, 4)},
		{"process_vm_writev", "flags", "", false, 0, 0, processVM(unix.SYS_PROCESS_VM_WRITEV, 5)},
		{"ptrace", "request", "", false, unix.PTRACE_ATTACH, unix.PTRACE_CONT, simple(unix.SYS_PTRACE, 0, 0, self, 0, 0)},
		{"remap_file_pages", "prot", "", false, 0, 0, simple(unix.SYS_REMAP_FILE_PAGES, 2, shared, 4096, 0, 0, 0)},
		{"set_mempolicy_home_node", "flags", "", false, 0, 0, simple(450, 3, private, 4096, 0, 0)},
		{"set_mempolicy_home_node", "home_node", "", false, 0, 0, simple(450, 2, private, 4096, 0, 0)},
		{"unshare", "unshare_flags", "", false, 0, 0, simple(unix.SYS_UNSHARE, 0, 0)},
	}
	for name, nr := range map[string]uintptr{
		"readv": unix.SYS_READV, "writev": unix.SYS_WRITEV, "preadv": unix.SYS_PREADV,
		"pwritev": unix.SYS_PWRITEV, "preadv2": unix.SYS_PREADV2, "pwritev2": unix.SYS_PWRITEV2,
	} {
		list = append(list,
			trial{name, "fd", "", true, 0, far, vectored(nr, 0)},
			trial{name, "vlen", "", true, 1, 2000, vectored(nr, 2)})
	}
	for name, nr := range map[string]uintptr{"process_vm_readv": unix.SYS_PROCESS_VM_READV, "process_vm_writev": unix.SYS_PROCESS_VM_WRITEV} {
		list = append(list, trial{name, "liovcnt", "", true, 1, 2000, processVM(nr, 2)})
	}
	return list
}

func text(s string) uintptr {
	p, _ := unix.BytePtrFromString(s)
	return uintptr(unsafe.Pointer(p))
}

// fork makes a child that ends at once. Between the two calls it runs nothing
// of Go's runtime, whose other threads it does not have.
func fork(flags uintptr) (uintptr, unix.Errno) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	r, e := forkAndExit(flags)
	if e == 0 {
		sys(unix.SYS_WAIT4, r, 0, unix.WALL, 0)
	}
	return r, e
}

//go:norace
//go:nosplit
func forkAndExit(flags uintptr) (uintptr, unix.Errno) {
	r, _, e := unix.RawSyscall6(unix.SYS_CLONE, flags, 0, 0, 0, 0, 0)
	if e == 0 && r == 0 {
		for {
			unix.RawSyscall6(unix.SYS_EXIT_GROUP, 0, 0, 0, 0, 0, 0)
		}
	}
	return r, e
}

// cannotTell are outcomes that come before the kernel looks at the value: the
// call is not built in, or not for this user.
func cannotTell(outcome string) bool { return outcome == "ENOSYS" || outcome == "EPERM" }

func TestNarrowingsLive(t *testing.T) {
	for _, tr := range trials(t) {
		t.Run(fmt.Sprintf("%s %s %s", tr.syscall, tr.param, tr.command), func(t *testing.T) {
			low, high := tr.call(t, tr.value), tr.call(t, tr.value^junk)
			if low == high && cannotTell(low) && (tr.control == 0 || tr.call(t, tr.control) == low) {
				t.Skipf("the kernel answers %s before it looks", low)
			}
			t.Logf("%#x: %s, %#x: %s", tr.value, low, tr.value^junk, high)
			if tr.dropped != (low == high) {
				t.Errorf("%#x: %s, %#x: %s; the facts say dropped = %v", tr.value, low, tr.value^junk, high, tr.dropped)
			}
			if tr.dropped && tr.control != 0 {
				if other := tr.call(t, tr.control); other == low {
					t.Errorf("control %#x: also %s, so the trial shows nothing", tr.control, other)
				}
			}
			if tr.command != "" {
				return
			}
			s, _ := arch.X86_64.Syscall(tr.syscall)
			p, ok := s.Param(tr.param)
			if !ok {
				t.Fatalf("the table has no parameter %s", tr.param)
			}
			if got := p.Type.Bits == 32; got != tr.dropped {
				t.Errorf("the table says %v, the kernel drops the high half: %v", p.Type, tr.dropped)
			}
		})
	}
}
