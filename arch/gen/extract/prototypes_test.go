package main

import (
	"slices"
	"testing"
)

func TestScanFile(t *testing.T) {
	const text = `/* SYSCALL_DEFINE1(comment, int, x) */
#ifdef CONFIG_A
SYSCALL_DEFINE2(one, unsigned int, fd,
		const char __user *, path)
{
	SYSCALL_DEFINE1(inner, int, x)
}
#elif defined(CONFIG_B)
SYSCALL_DEFINE0(one)
#endif
COMPAT_SYSCALL_DEFINE1(two, void __user *__user *, p) {
SYSCALL32_DEFINE3(three, int, fd, SC_ARG64(mask))
`
	want := []prototype{
		{"sys_one", "f.c", []string{"ifdef CONFIG_A"}, []string{"fd:unsigned int", "path:const char *"}},
		{"sys_one", "f.c", []string{"elif defined(CONFIG_B) after ifdef CONFIG_A"}, nil},
		{"compat_sys_two", "f.c", nil, []string{"p:void **"}},
		{"compat_sys_three", "f.c", nil, []string{"fd:int", "mask_lo:u32", "mask_hi:u32"}},
	}
	got := scanFile("f.c", text)
	if len(got) != len(want) {
		t.Fatalf("%d prototypes, want %d: %v", len(got), len(want), got)
	}
	for i, w := range want {
		g := got[i]
		if g.entry != w.entry || g.file != w.file || !slices.Equal(g.conds, w.conds) || !slices.Equal(g.params, w.params) {
			t.Errorf("%+v, want %+v", g, w)
		}
	}
}

func TestResolve(t *testing.T) {
	clone := func(cond string, params ...string) prototype {
		return prototype{"sys_clone", "kernel/fork.c", []string{cond}, params}
	}
	all := map[string][]prototype{
		"sys_clone": {
			clone("ifdef CONFIG_CLONE_BACKWARDS", "flags:int", "tls:int"),
			clone("elif defined(CONFIG_CLONE_BACKWARDS2) after ifdef CONFIG_CLONE_BACKWARDS", "newsp:int"),
			clone("else after elif defined(CONFIG_CLONE_BACKWARDS2)", "flags:int"),
		},
		"sys_mmap": {
			{"sys_mmap", "arch/s390/kernel/syscall.c", nil, []string{"arg:int"}},
			{"sys_mmap", "mm/mmap.c", nil, []string{"addr:int"}},
		},
		"sys_pread64": {{"sys_pread64", "fs/read_write.c", nil, []string{"pos:loff_t"}}},
		"sys_two":     {{"sys_two", "fs/a.c", nil, []string{"a:int"}}, {"sys_two", "fs/b.c", nil, []string{"b:int"}}},
	}
	for _, tc := range []struct{ abi, arch, entry, want string }{
		{"x86_64", "x86", "sys_clone", "flags:int"},
		{"aarch64", "arm64", "sys_clone", "flags:int\ttls:int"},
		{"s390x", "s390", "sys_clone", "newsp:int"},
		{"mips64el", "mips", "__sys_clone", "flags:int\ttls:int"},
		{"s390x", "s390", "sys_mmap", "arg:int"},
		{"x86_64", "x86", "sys_mmap", "addr:int"},
		{"i386", "x86", "sys_ia32_pread64", "pos:loff_t"},
		{"arm", "arm", "arm_set_tls", "val:unsigned long"},
	} {
		p, err := resolve(all, abiSource{abi: tc.abi, arch: tc.arch}, tc.entry)
		if err != nil || p.String() != tc.want {
			t.Errorf("%s %s: %q, %v; want %q", tc.abi, tc.entry, p, err, tc.want)
		}
	}
	for _, entry := range []string{"sys_none", "sys_two"} {
		if p, err := resolve(all, abiSource{abi: "x86_64", arch: "x86"}, entry); err == nil {
			t.Errorf("%s: %q", entry, p)
		}
	}
}
