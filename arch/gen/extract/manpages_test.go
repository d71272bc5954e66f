package main

import (
	"slices"
	"testing"
)

func TestSynopsis(t *testing.T) {
	const page = `.TH x 2
.SH SYNOPSIS
.nf
.BR "#define _GNU_SOURCE" "  /* See feature_test_macros(7) */"
.B #include <sys/x.h>
.PP
.BI "void *mmap(void " addr [. length "], size_t " length \
", int " prot );
.BI "int open(const char *" pathname ", int " flags );
.BI "int open(const char *" pathname ", int " flags ", mode_t " mode );
.BI "int ioctl(int " fd ", unsigned long " request ", ...);"
.BI "long syscall(SYS_gettid, int *" where );
.B int none(void);
.fi
.SH DESCRIPTION
.BI "int later(int " x );
`
	got := synopsis(page)
	for name, want := range map[string][]function{
		"mmap":   {{params: []string{"addr", "length", "prot"}}},
		"open":   {{params: []string{"pathname", "flags"}}, {params: []string{"pathname", "flags", "mode"}}},
		"ioctl":  {{params: []string{"fd", "request"}, open: true}},
		"gettid": {{params: []string{"where"}}},
		"none":   {{}},
		"later":  nil,
	} {
		if !slices.EqualFunc(got[name], want, func(a, b function) bool {
			return a.open == b.open && slices.Equal(a.params, b.params)
		}) {
			t.Errorf("%s: %v, want %v", name, got[name], want)
		}
	}
	if f, ok := matching(got["open"], 3); !ok || len(f.params) != 3 {
		t.Errorf("open with 3 parameters: %v, %v", f, ok)
	}
	if f, ok := matching(got["mmap"], 6); ok {
		t.Errorf("mmap with 6 parameters: %v", f)
	}
}
