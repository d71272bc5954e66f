package arch_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	peer "github.com/elastic/go-seccomp-bpf/arch"

	"sandbox/arch"
	"sandbox/internal/machine"
)

// A difference is one between our tables and somebody else's that is accepted
// for the reason given.
type difference struct {
	abi     arch.ABI // 0: on any
	syscall string
	reason  string
}

// compareNumbers reports the calls of which two tables differ, in both
// directions, and accepted differences that are none.
func compareNumbers(t *testing.T, a arch.ABI, theirs map[string]int, accepted []difference) {
	t.Helper()
	used := map[string]bool{}
	report := func(name, format string, args ...any) {
		for _, d := range accepted {
			if d.syscall == name && (d.abi == a || d.abi == 0) {
				used[name] = true
				return
			}
		}
		t.Errorf("%v %s: %s", a, name, fmt.Sprintf(format, args...))
	}
	for name, nr := range theirs {
		s, ok := a.Syscall(name)
		switch {
		case !ok:
			report(name, "%d there, not in our table", nr)
		case int(s.Number) != nr:
			report(name, "%d there, %d in our table", nr, s.Number)
		}
	}
	for _, s := range a.Syscalls() {
		if _, ok := theirs[s.Name]; !ok {
			report(s.Name, "%d in our table, not there", s.Number)
		}
	}
	for _, d := range accepted {
		if d.abi == a && !used[d.syscall] {
			t.Errorf("%v %s: accepted (%s), but there is no difference", a, d.syscall, d.reason)
		}
	}
}

// elasticDiffers are the differences from elastic's tables: v1.6.0 generated
// them from an older kernel.
func elasticDiffers() []difference {
	list := []difference{
		{arch.X86_64, "uprobe", "since 6.18"},
		{arch.AArch64, "arch_specific_syscall", "the first of a range of numbers, not a call"},
		{arch.AArch64, "fstatat", "the header's name for newfstatat on 64-bit ABIs is a macro; the kernel's table says newfstatat"},
		{arch.AArch64, "newfstatat", "as fstatat"},
	}
	for _, a := range []arch.ABI{arch.X86_64, arch.I386, arch.AArch64, arch.ARM} {
		for _, name := range []string{"file_getattr", "file_setattr", "listns", "rseq_slice_yield"} {
			list = append(list, difference{a, name, "since 6.17 or later"})
		}
	}
	for _, name := range []string{
		"clock_gettime64", "clock_settime64", "clock_adjtime64", "clock_getres_time64", "clock_nanosleep_time64", "timer_gettime64",
		"timer_settime64", "timerfd_gettime64", "timerfd_settime64", "utimensat_time64", "pselect6_time64", "ppoll_time64",
		"io_pgetevents_time64", "recvmmsg_time64", "mq_timedsend_time64", "mq_timedreceive_time64", "semtimedop_time64",
		"rt_sigtimedwait_time64", "futex_time64", "sched_rr_get_interval_time64",
	} {
		list = append(list, difference{arch.AArch64, name, "in the shared header for 32-bit ABIs only"})
	}
	return list
}

// xsysDiffers are the differences from golang.org/x/sys v0.49.0.
var xsysDiffers = []difference{
	{arch.AArch64, "arch_specific_syscall", "the first of a range of numbers, not a call"},
	{arch.RISCV64, "arch_specific_syscall", "the same"},
	{arch.LoongArch64, "arch_specific_syscall", "the same"},
	{arch.ARM, "syscall_mask", "__NR_SYSCALL_MASK is a mask, not a call"},
	{arch.ARM, "breakpoint", "a private call of arm, outside the table (__ARM_NR_BASE)"},
	{arch.ARM, "cacheflush", "the same"},
	{arch.ARM, "usr26", "the same"},
	{arch.ARM, "usr32", "the same"},
	{arch.ARM, "set_tls", "the same"},
	{arch.ARM, "get_tls", "the same"},
}

func TestNumbersAgainstElastic(t *testing.T) {
	for a, info := range map[arch.ABI]*peer.Info{arch.X86_64: peer.X86_64, arch.I386: peer.I386, arch.AArch64: peer.AARCH64, arch.ARM: peer.ARM} {
		if len(info.SyscallNames) < 300 {
			t.Fatalf("%v: elastic's table has %d calls", a, len(info.SyscallNames))
		}
		if uint32(info.ID) != a.Audit() {
			t.Errorf("%v: audit architecture %#x, elastic's %#x", a, a.Audit(), uint32(info.ID))
		}
		compareNumbers(t, a, info.SyscallNames, elasticDiffers())
	}
}

var sysLine = regexp.MustCompile(`(?m)^\s*SYS_(\w+)\s*=\s*(\d+)`)

// xsys returns the directory of golang.org/x/sys/unix.
func xsys(t *testing.T) string {
	t.Helper()
	out, err := exec.Command(machine.Program(t, "go"), "list", "-f", "{{.Dir}}", "golang.org/x/sys/unix").Output()
	if err != nil {
		machine.Lacks(t, "golang.org/x/sys is not in the module cache (go mod download): %v", err)
	}
	return strings.TrimSpace(string(out))
}

// goarchOf names the ABIs as Go does.
var goarchOf = map[arch.ABI]string{
	arch.X86_64: "amd64", arch.I386: "386", arch.AArch64: "arm64", arch.ARM: "arm", arch.RISCV64: "riscv64",
	arch.S390X: "s390x", arch.PPC64LE: "ppc64le", arch.LoongArch64: "loong64", arch.MIPS64EL: "mips64le",
}

func TestNumbersAgainstXSys(t *testing.T) {
	dir := xsys(t)
	for a, goarch := range goarchOf {
		text, err := os.ReadFile(filepath.Join(dir, "zsysnum_linux_"+goarch+".go"))
		if err != nil {
			t.Fatal(err)
		}
		theirs := map[string]int{}
		for _, m := range sysLine.FindAllStringSubmatch(string(text), -1) {
			theirs[strings.ToLower(m[1])], _ = strconv.Atoi(m[2])
		}
		compareNumbers(t, a, theirs, xsysDiffers)
	}
}

var nrLine = regexp.MustCompile(`(?m)^#define __NR_(\w+)\s+(\d+)`)

// The headers that are installed may be older or newer than the tables; what
// both have must agree.
func TestNumbersAgainstHeaders(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the headers of x86_64 are installed there only")
	}
	for a, path := range map[arch.ABI]string{
		arch.X86_64: "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
		arch.I386:   "/usr/include/x86_64-linux-gnu/asm/unistd_32.h",
	} {
		text, err := os.ReadFile(path)
		if err != nil {
			machine.Lacks(t, "no headers of the kernel (linux-libc-dev): %v", err)
		}
		n := 0
		for _, m := range nrLine.FindAllStringSubmatch(string(text), -1) {
			n++
			nr, _ := strconv.Atoi(m[2])
			if s, ok := a.Syscall(m[1]); !ok && nr < 463 || ok && int(s.Number) != nr {
				t.Errorf("%v %s: %d in %s, %v here", a, m[1], nr, path, s)
			}
		}
		if n < 300 {
			t.Errorf("%s has %d numbers", path, n)
		}
	}
}
