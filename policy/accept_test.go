package policy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sandbox/internal/diag"
)

// TestAccept has a policy accept what is found about it after loading.
func TestAccept(t *testing.T) {
	const text = `version = 1
default = "deny"
accept = ["W0202"]
[[rule]]
action = "allow"
filters = ["execve"]
accept = ["W0203"]
[[rule]]
action = "allow"
filters = ["read"]
[const]
A = 1
`
	loaded, list := load(text)
	if len(list) > 0 {
		t.Fatal(render(list))
	}
	source := loaded.Sources[0]
	var found diag.List
	for _, marked := range []string{"version", "[[rule]]", "execve", "read", "A = 1"} {
		start := strings.Index(text, marked)
		at := diag.Span{Source: source, Start: start, End: start + len(marked)}
		for _, code := range []diag.Code{diag.OnlyAllows, diag.ExtendedTwice, diag.IdleRule} {
			found.Reportf(code, at, "%s", marked)
		}
		found.Reportf("E0202", at, "%s", marked)
		found.Notef(at, "%s", marked)
	}
	found.Reportf(diag.IdleRule, diag.Span{}, "nowhere")
	before := render(found)

	var got []string
	for _, d := range loaded.Accept(found) {
		got = append(got, string(d.Code)+" "+d.Message)
	}
	want := []string{
		"W0201 version", "W0203 version", "E0202 version", " version",
		"W0201 [[rule]]", "E0202 [[rule]]", " [[rule]]",
		"W0201 execve", "E0202 execve", " execve",
		"W0201 read", "W0203 read", "E0202 read", " read",
		"W0201 A = 1", "W0203 A = 1", "E0202 A = 1", " A = 1",
		"W0203 nowhere",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	if after := render(found); after != before {
		t.Error("the list that is given has changed")
	}
}
