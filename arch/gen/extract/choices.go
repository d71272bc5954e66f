package main

import (
	"slices"
	"strings"
)

// sameAs maps the names in the tables to the C function behind them: assembly
// stubs that save registers or check an argument before they jump there.
var sameAs = map[string]string{
	"sys_mmap2":             "sys_mmap_pgoff", // arch/arm/kernel/entry-common.S
	"sys_statfs64_wrapper":  "sys_statfs64",
	"sys_fstatfs64_wrapper": "sys_fstatfs64",
	"__sys_clone":           "sys_clone", // arch/mips/kernel/syscall.c, save_static_function
	"__sys_clone3":          "sys_clone3",
	"__sys_fork":            "sys_fork",
	"__sys_sysmips":         "sys_sysmips",
}

// handWritten are entry points that the architecture does not define by
// SYSCALL_DEFINE, read from the function or declaration in the file named.
var handWritten = map[string]prototype{
	"sys_sigreturn_wrapper":    {file: "arch/arm/kernel/entry-common.S"},
	"sys_rt_sigreturn_wrapper": {file: "arch/arm/kernel/entry-common.S"},
	"sys_arm_fadvise64_64": {
		file:   "arch/arm/kernel/sys_arm.c",
		params: []string{"fd:int", "advice:int", "offset:loff_t", "len:loff_t"},
	},
	"arm_breakpoint": {file: "arch/arm/kernel/traps.c"},
	"arm_cacheflush": {
		file:   "arch/arm/kernel/traps.c",
		params: []string{"start:unsigned long", "end:unsigned long", "flags:int"},
	},
	"arm_usr26":        {file: "arch/arm/kernel/traps.c"},
	"arm_usr32":        {file: "arch/arm/kernel/traps.c"},
	"arm_set_tls":      {file: "arch/arm/kernel/traps.c", params: []string{"val:unsigned long"}},
	"arm_get_tls":      {file: "arch/arm/kernel/traps.c"},
	"sysm_pipe":        {file: "arch/mips/kernel/syscall.c"},
	"sys_rt_sigreturn": {file: "arch/mips/kernel/signal.c"},
	"sys_map_shadow_stack": {
		file:   "include/linux/syscalls.h",
		params: []string{"addr:unsigned long", "size:unsigned long", "flags:unsigned int"},
	},
	"sys_pciconfig_iobase": {
		file:   "include/linux/syscalls.h",
		params: []string{"which:long", "bus:unsigned long", "devfn:unsigned long"},
	},
}

// elsewhere are files that no kernel with these ABIs builds in: User Mode
// Linux, kernels without POSIX timers or MMU, 32-bit x86 and powerpc.
var elsewhere = []string{"arch/x86/um/", "arch/x86/kernel/process_32.c", "kernel/time/posix-stubs.c", "mm/nommu.c", "arch/powerpc/kernel/pci_32.c"}

// config holds, for the entry points that one file defines several times, the
// Kconfig symbol of each ABI's choice (select lines in arch/*/Kconfig); ""
// stands for the #else.
var config = map[string]map[string]string{
	"sys_clone": {
		"x86_64": "", "loongarch64": "",
		"i386": "CONFIG_CLONE_BACKWARDS", "aarch64": "CONFIG_CLONE_BACKWARDS", "arm": "CONFIG_CLONE_BACKWARDS",
		"riscv64": "CONFIG_CLONE_BACKWARDS", "ppc64le": "CONFIG_CLONE_BACKWARDS", "mips64el": "CONFIG_CLONE_BACKWARDS",
		"s390x": "CONFIG_CLONE_BACKWARDS2",
	},
	"sys_sigsuspend": {
		"i386": "CONFIG_OLD_SIGSUSPEND3", "arm": "CONFIG_OLD_SIGSUSPEND3", "s390x": "CONFIG_OLD_SIGSUSPEND3",
	},
}

func choose(list []prototype, src abiSource) []prototype {
	list = slices.DeleteFunc(slices.Clone(list), func(p prototype) bool {
		return slices.ContainsFunc(elsewhere, func(dir string) bool { return strings.HasPrefix(p.file, dir) })
	})
	if len(list) < 2 {
		return list
	}
	symbol, ok := config[list[0].entry][src.abi]
	if !ok {
		return list
	}
	return slices.DeleteFunc(list, func(p prototype) bool { return !chosenBy(p.conds, symbol) })
}

// chosenBy reports whether the innermost condition is symbol's branch.
func chosenBy(conds []string, symbol string) bool {
	last := conds[len(conds)-1]
	branch, _, _ := strings.Cut(last, " after ")
	if symbol == "" {
		return branch == "else"
	}
	return branch == "ifdef "+symbol || branch == "elif defined("+symbol+")"
}
