package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// An abiSource says where the kernel keeps the table of one ABI.
type abiSource struct {
	abi  string
	arch string   // the directory below arch/
	tbl  string   // the table, from the root of the source
	abis []string // the values of the table's second column that apply
	base int      // added to each number
}

// The columns that apply are those which each architecture's Makefile passes
// to scripts/syscallhdr.sh (syscall_abis_64 in arch/*/kernel/Makefile.syscalls
// for the architectures that share scripts/syscall.tbl).
var abiSources = []abiSource{
	{"x86_64", "x86", "arch/x86/entry/syscalls/syscall_64.tbl", []string{"common", "64"}, 0},
	{"i386", "x86", "arch/x86/entry/syscalls/syscall_32.tbl", []string{"i386"}, 0},
	{"aarch64", "arm64", "arch/arm64/tools/syscall_64.tbl", []string{"common", "64", "renameat", "rlimit", "memfd_secret"}, 0},
	{"arm", "arm", "arch/arm/tools/syscall.tbl", []string{"common", "eabi"}, 0},
	{"riscv64", "riscv", "scripts/syscall.tbl", []string{"common", "64", "riscv", "rlimit", "memfd_secret"}, 0},
	{"s390x", "s390", "arch/s390/kernel/syscalls/syscall.tbl", []string{"common", "64"}, 0},
	{"ppc64le", "powerpc", "arch/powerpc/kernel/syscalls/syscall.tbl", []string{"common", "64", "nospu"}, 0},
	{"loongarch64", "loongarch", "scripts/syscall.tbl", []string{"common", "64"}, 0},
	{"mips64el", "mips", "arch/mips/kernel/syscalls/syscall_n64.tbl", []string{"n64", "common"}, 5000},
}

// A tableRow is one line of a syscall*.tbl.
type tableRow struct {
	number        int
	name          string
	entry, compat string // "" where the table has none
}

func readTable(linux string, src abiSource) ([]tableRow, error) {
	text, err := os.ReadFile(filepath.Join(linux, src.tbl))
	if err != nil {
		return nil, err
	}
	var rows []tableRow
	for _, line := range strings.Split(string(text), "\n") {
		line, _, _ = strings.Cut(line, "#")
		f := strings.Fields(line)
		if len(f) < 3 || !slices.Contains(src.abis, f[1]) {
			continue
		}
		n, err := strconv.Atoi(f[0])
		if err != nil {
			return nil, fmt.Errorf("%s: %v", src.tbl, err)
		}
		row := tableRow{number: n + src.base, name: f[2]}
		if len(f) > 3 && f[3] != "-" {
			row.entry = f[3]
		}
		// Only i386 is entered through its compat column: the other 32-bit
		// ABI here, arm, has a kernel of its own.
		if len(f) > 4 && f[4] != "-" && src.abi == "i386" {
			row.compat = f[4]
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b tableRow) int { return cmp.Compare(a.number, b.number) })
	return rows, nil
}

// armPrivate are arm's calls outside the table: __ARM_NR_* in
// arch/arm/include/uapi/asm/unistd.h, served by arm_syscall in
// arch/arm/kernel/traps.c.
var armPrivate = []tableRow{
	{0x0f0001, "breakpoint", "arm_breakpoint", ""},
	{0x0f0002, "cacheflush", "arm_cacheflush", ""},
	{0x0f0003, "usr26", "arm_usr26", ""},
	{0x0f0004, "usr32", "arm_usr32", ""},
	{0x0f0005, "set_tls", "arm_set_tls", ""},
	{0x0f0006, "get_tls", "arm_get_tls", ""},
}

func abiRows(linux string, src abiSource) ([]tableRow, error) {
	rows, err := readTable(linux, src)
	if src.abi == "arm" {
		rows = append(rows, armPrivate...)
	}
	return rows, err
}

func extractNumbers(s sources) error {
	for _, src := range abiSources {
		rows, err := abiRows(s.linux, src)
		if err != nil {
			return err
		}
		var b strings.Builder
		fmt.Fprintf(&b, "# The system calls of %s: number, name, entry point, compat entry point (\"-\": none).\n", src.abi)
		fmt.Fprintf(&b, "# Source: linux-source-6.12 (6.12.117), %s, rows %s.\n", src.tbl, strings.Join(src.abis, " "))
		if src.abi == "arm" {
			b.WriteString("# The private calls from 0x0f0001 on: arch/arm/include/uapi/asm/unistd.h, arch/arm/kernel/traps.c.\n")
		}
		b.WriteString("# Made by arch/gen/extract (numbers).\n")
		for _, r := range rows {
			fmt.Fprintf(&b, "%d\t%s\t%s\t%s\n", r.number, r.name, dash(r.entry), dash(r.compat))
		}
		name := filepath.Join(s.facts, "syscalls_"+src.abi+".tsv")
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
