package arch_test

import (
	"strings"
	"testing"

	"sandbox/arch"
)

// Each long parameter of x86_64 has been looked at: it is narrowed, or listed
// with the reason why it is not, and not both.
func TestEveryLongParameterIsReviewed(t *testing.T) {
	type param struct{ syscall, name string }
	reviewed := map[param]string{}
	for _, row := range readRows(t, "gen/facts/narrowings.tsv") {
		if row[3] == "64" {
			reviewed[param{row[0], row[1]}] = "narrowed"
		}
	}
	for _, row := range readRows(t, "gen/facts/not_narrowed.tsv") {
		p := param{row[0], row[1]}
		if reviewed[p] != "" {
			t.Errorf("%v is narrowed and listed as not narrowed", p)
		}
		if len(row) != 4 || row[2] != "all" && row[2] != "command" && row[2] != "unused" {
			t.Errorf("%v: bad line %q", p, row)
		}
		reviewed[p] = row[2]
	}
	for _, s := range arch.X86_64.Syscalls() {
		for i := range s.Params {
			p := &s.Params[i]
			key := param{s.Name, p.Name}
			kind := reviewed[key]
			delete(reviewed, key)
			if !strings.HasSuffix(p.CType, "long") && p.CType != "aio_context_t" {
				if kind != "" {
					t.Errorf("%s's %s is %s, and in the lists", s.Name, p.Name, p.CType)
				}
				continue
			}
			if kind == "" {
				t.Errorf("%s's %s: %s, not reviewed", s.Name, p.Name, p.CType)
			}
			if narrow := p.Type.Bits == 32; narrow != (kind == "narrowed") {
				t.Errorf("%s's %s: %v, listed as %s", s.Name, p.Name, p.Type, kind)
			}
		}
	}
	for p, kind := range reviewed {
		t.Errorf("%v is %s, but x86_64 has no such parameter", p, kind)
	}
}
