package integration

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"sandbox/internal/machine"
)

// everything is a policy that denies nothing of the native ABI.
const everything = "version = 1\ndefault = \"allow\"\n[[rule]]\naction = \"allow\"\nfilters = [\"read\"]\n"

func policyFile(t *testing.T, text string) string {
	t.Helper()
	return writeFile(t, machine.Dir(t), "policy.toml", text)
}

func onX86(t *testing.T) {
	t.Helper()
	if runtime.GOARCH != "amd64" {
		t.Skip("another architecture: this is about x86_64")
	}
}

func skipWithoutFork(t *testing.T) {
	t.Helper()
	if runtime.GOARCH != "amd64" {
		t.Skip("another architecture: this ABI has no fork")
	}
}

// expect compares what an attack says with and without policies.
func (a attack) expect(t *testing.T, want string, under ...string) {
	t.Helper()
	if got := a.try(t, attackProgram(t), under...); got != want {
		t.Errorf("%q under %q: %s, want %s", a, under, got, want)
	}
}

// TestForeignABI enters the kernel from a 64-bit program by int 0x80, with
// i386's numbers.
func TestForeignABI(t *testing.T) {
	onX86(t)
	int80 := attack{"int80-getpid"}
	if got := int80.try(t, attackProgram(t)); got != "done" {
		machine.Lacks(t, "this kernel has no i386 entry (CONFIG_IA32_EMULATION): it answers %s", got)
	}
	int80.expect(t, "SIGSYS", "-p", "baseline")
	int80.expect(t, "SIGSYS", "-p", policyFile(t, everything))
	int80.expect(t, "done", "-p", bothABIs(t))
}

// A whole program of that ABI: the launcher refuses it where the kernel would
// kill it, and the kernel does where another program executes it.
func TestForeignProgram(t *testing.T) {
	program := attackProgram32(t)
	hello, later := attack{"thread"}, attack{"-c", `exec "$0" thread`, program}
	both := bothABIs(t)
	if got := hello.try(t, program, "-p", both); got != "done" {
		t.Errorf("a 32-bit program where it is served: %s", got)
	}
	if got := later.try(t, "/bin/sh", "-p", both); got != "done" {
		t.Errorf("a 32-bit program of a shell's where it is served: %s", got)
	}
	o := command{under: []string{"-p", "baseline"}, argv: []string{program, "thread"}}.run(t)
	if o.code != 125 || o.stdout != "" || !strings.Contains(o.stderr, "a program of i386, which the policy does not serve") {
		t.Errorf("a 32-bit program where it is not served ended with %d: %s%s", o.code, o.stdout, o.stderr)
	}
	if got := later.try(t, "/bin/sh", "-p", "baseline"); got != "SIGSYS" {
		t.Errorf("a 32-bit program of a shell's where it is not served: %s, want SIGSYS", got)
	}
}

// TestX32 tries the numbers that a filter sees under x86_64's name, whether
// the kernel was built with x32 or not.
func TestX32(t *testing.T) {
	onX86(t)
	x32 := attack{"x32-getpid"}
	if got := x32.try(t, attackProgram(t)); got != "ENOSYS" && got != "done" {
		t.Errorf("without a sandbox the kernel answers %s", got)
	}
	for _, policy := range []string{"baseline", policyFile(t, everything), bothABIs(t)} {
		x32.expect(t, "SIGSYS", "-p", policy)
		attack{"number", "0x40000000"}.expect(t, "SIGSYS", "-p", policy)
		attack{"number", "-2"}.expect(t, "SIGSYS", "-p", policy)
	}
}

// TestNumbersWithoutMeaning tries numbers that no table has. EXDEV, which the
// kernel does not answer to them, shows that the filter did.
func TestNumbersWithoutMeaning(t *testing.T) {
	unknown := policyFile(t, "version = 1\nunknown = \"errno(EXDEV)\"\ndefault = \"allow\"\n[[rule]]\naction = \"allow\"\nfilters = [\"read\"]\n")
	for _, nr := range []string{"-1", "100000", "0x3fffffff", "2147483647", "0x80000000"} {
		a := attack{"number", nr}
		if runtime.GOARCH == "amd64" && (nr == "2147483647" || nr == "0x80000000") {
			a.expect(t, "SIGSYS", "-p", unknown) // beyond the x32 bit
			continue
		}
		a.expect(t, "EXDEV", "-p", unknown)
		a.expect(t, "ENOSYS", "-p", "baseline")
		a.expect(t, "ENOSYS")
	}
}

// TestVsyscallPage calls time where it was before there was a vDSO.
func TestVsyscallPage(t *testing.T) {
	onX86(t)
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(maps), "[vsyscall]") {
		t.Skip("this kernel was started without the vsyscall page (vsyscall=xonly on its command line)")
	}
	old := attack{"vsyscall-time"}
	old.expect(t, "done", "-p", "baseline")
	old.expect(t, "EXDEV", "-p", "baseline", "-e", "errno(EXDEV) time")
}

// TestCurrentDirectory names it in each way that the kernel understands.
func TestCurrentDirectory(t *testing.T) {
	for _, how := range []string{"cwd-zero-extended", "cwd-sign-extended", "cwd-junk"} {
		a := attack{how, "/"}
		a.expect(t, "done", "-p", "baseline")
		a.expect(t, "EXDEV", "-p", "baseline", "-e", "errno(EXDEV) openat: dirfd == AT_FDCWD")
	}
}

// TestEquivalents shows what a rule about one call leaves to its equivalents,
// and that a rule about all of them does not.
func TestEquivalents(t *testing.T) {
	by, byFD := attack{"memfd-execve"}, attack{"memfd-execveat"}
	byFD.expect(t, "EXDEV", "-p", "baseline", "-e", "errno(EXDEV) execveat")
	by.expect(t, "done", "-p", "baseline", "-e", "errno(EXDEV) execveat")
	for _, a := range []attack{by, byFD} {
		a.expect(t, "done", "-p", "baseline")
		a.expect(t, "EXDEV", "-p", "baseline", "-e", "errno(EXDEV) memfd_create")
	}
	attack{"open-write", dirArg}.expect(t, "EXDEV", "-p", "baseline", "-e", "errno(EXDEV) openat")
	attack{"openat2", dirArg}.expect(t, "done", "-p", "baseline", "-e", "errno(EXDEV) openat")
	attack{"io-uring-open", "/"}.expect(t, "done", "-p", policyFile(t, everything), "-e", "open, openat, openat2")
}
