package integration

import (
	"testing"

	"sandbox/internal/machine"
)

// denied is what every profile denies.
var denied = []bypass{
	{attack: attack{"tiocsti"}, want: "EPERM", without: "ioctl"},
	{attack: attack{"tioclinux"}, want: "EPERM", without: "ioctl", reaches: "ENOTTY"},
	{attack: attack{"clone3-newuser"}, want: "ENOSYS", without: "clone3"},
	{attack: attack{"clone-newuser"}, want: "EPERM", without: "clone"},
	{attack: attack{"unshare-newuser"}, want: "EPERM", without: "unshare"},
	{attack: attack{"setns"}, want: "EPERM", without: "setns", reaches: "EINVAL"},
	{attack: attack{"io-uring-open", "/"}, want: "EPERM", without: "io_uring_setup, io_uring_enter"},
	{attack: attack{"io-uring-enter"}, want: "EPERM", without: "io_uring_enter", reaches: "EBADF"},
	{attack: attack{"io-uring-register"}, want: "EPERM", without: "io_uring_register", reaches: "EINVAL"},
	{attack: attack{"new-listener"}, want: "EPERM", without: "seccomp", guarded: true},
	{attack: attack{"ptrace"}, want: "EPERM", without: "ptrace"},
	{attack: attack{"read-memory"}, want: "EPERM", without: "process_vm_readv"},
	{attack: attack{"write-memory"}, want: "EPERM", without: "process_vm_writev"},
	{attack: attack{"steal-descriptor"}, want: "EPERM", without: "pidfd_getfd"},
	{attack: attack{"kcmp"}, want: "EPERM", without: "kcmp"},
	{attack: attack{"add-key"}, want: "EPERM", without: "add_key"},
	{attack: attack{"userfaultfd"}, want: "EPERM", without: "userfaultfd"},
	{attack: attack{"perf-event"}, want: "EPERM", without: "perf_event_open", reaches: "EFAULT"},
	{attack: attack{"bpf"}, want: "EPERM", without: "bpf", reaches: "E2BIG"},
	{attack: attack{"read-clock"}, want: "EPERM", without: "adjtimex, clock_adjtime, clock_adjtime64"},
	{attack: attack{"set-clock"}, want: "EPERM", without: "clock_settime", reaches: "EFAULT"},
	{attack: attack{"open-tree"}, want: "EPERM", without: "open_tree"},
	{attack: attack{"mount"}, want: "EPERM", without: "mount", reaches: "ENOENT"},
	{attack: attack{"chroot"}, want: "EPERM", without: "chroot"},
	{attack: attack{"make-device", "made"}, want: "EPERM", without: "mknod, mknodat"},
	{attack: attack{"read-implies-exec"}, want: "EPERM", without: "personality"},
	{attack: attack{"syscall-dispatch"}, want: "EPERM", without: "prctl"},
}

// The upper half of a register that holds an int is not the kernel's business.
var denied64 = []bypass{
	{attack: attack{"tiocsti-high-bits"}, want: "EPERM", without: "ioctl"},
}

func TestBaselineDenies(t *testing.T) {
	program := attackProgram(t)
	testBypasses(t, program, []string{"-p", "baseline"}, denied)
	testBypasses(t, program, []string{"-p", "baseline"}, denied64)
	testBypasses(t, program, []string{"-p", "baseline"}, []bypass{
		{attack: attack{"raw-packets"}, want: "EAFNOSUPPORT", without: "socket"},
		{attack: attack{"raw-packets-by-type"}, want: "EAFNOSUPPORT", without: "socket"},
	})
}

// TestBaselineDeniesI386 attacks with i386's calls a policy that serves them.
func TestBaselineDeniesI386(t *testing.T) {
	program := attackProgram32(t)
	testBypasses(t, program, []string{"-p", bothABIs(t)}, denied)
}

// bothABIs writes a policy that serves 32-bit programs too, as baseline does
// with native ones.
func bothABIs(t *testing.T) string {
	t.Helper()
	return writeFile(t, machine.Dir(t), "both.toml", `
version = 1
extends = ["baseline"]
abi     = ["x86_64", "i386"]
`)
}

// What is harmless is not denied by the rules against the above.
func TestBaselineAllows(t *testing.T) {
	program := attackProgram(t)
	for _, a := range []attack{
		{"unshare-fs"},
		{"plain-filter"},
		{"ask-personality"},
		{"fork"},
		{"clone"},
		{"posix-spawn"},
		{"thread"},
		{"kill"},
		{"socket", "1"},
		{"socket", "2"},
		{"socket", "10"},
		{"socket", "16"},
		{"socketpair", "1"},
		{"open-write", dirArg},
		{"openat2", dirArg},
		{"open-tmpfile", dirArg},
		{"mkfifo", dirArg},
		{"memfd-execve"},
		{"memfd-execveat"},
	} {
		t.Run(bypass{attack: a}.name(), func(t *testing.T) {
			if a[0] == "fork" {
				skipWithoutFork(t)
			}
			if got := a.try(t, program, "-p", "baseline"); got != "done" {
				t.Errorf("meets %s", got)
			}
		})
	}
}

func TestOfflineDenies(t *testing.T) {
	program := attackProgram(t)
	offline := []string{"-p", "offline"}
	testBypasses(t, program, offline, []bypass{
		{attack: attack{"socket", "2"}, want: "EPERM", without: "socket"},
		{attack: attack{"socket", "10"}, want: "EPERM", without: "socket"},
		{attack: attack{"socket", "16"}, want: "EPERM", without: "socket"},
		{attack: attack{"socket", "0x100000002"}, want: "EPERM", without: "socket"},
		{attack: attack{"raw-packets"}, want: "EPERM", without: "socket"},
		{attack: attack{"raw-packets-by-type"}, want: "EPERM", without: "socket"},
		{attack: attack{"socketpair", "2"}, want: "EPERM", without: "socketpair", reaches: "EOPNOTSUPP"},
		{attack: attack{"tunnel"}, want: "EPERM", without: "ioctl", reaches: "ENOTTY"},
	})
	testBypasses(t, program, offline, denied)
	for _, a := range []attack{{"socket", "1"}, {"socket", "0x100000001"}, {"socketpair", "1"}} {
		if got := a.try(t, program, offline...); got != "done" {
			t.Errorf("%q, a local socket, meets %s", a, got)
		}
	}
}

// TestOfflineDeniesI386 tries socketcall, which glibc uses there: nothing in
// its registers tells one family from another.
func TestOfflineDeniesI386(t *testing.T) {
	program := attackProgram32(t)
	policy := writeFile(t, machine.Dir(t), "both.toml", "version = 1\nextends = [\"offline\"]\nabi = [\"x86_64\", \"i386\"]\n")
	testBypasses(t, program, []string{"-p", policy}, []bypass{
		{attack: attack{"socket", "2"}, want: "EPERM", without: "socket"},
		{attack: attack{"socketpair", "2"}, want: "EPERM", without: "socketpair", reaches: "EOPNOTSUPP"},
		{attack: attack{"socketcall"}, want: "EPERM", without: "socketcall"},
	})
}
