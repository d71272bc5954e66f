package machine

import (
	"fmt"
	"strings"
	"testing"
)

// A verdict is a test that notes how it ended.
type verdict struct {
	testing.TB
	said string
}

func (v *verdict) Helper()                           {}
func (v *verdict) Fatalf(format string, args ...any) { v.end("failed: ", format, args) }
func (v *verdict) Skipf(format string, args ...any)  { v.end("skipped: ", format, args) }

func (v *verdict) end(how, format string, args []any) {
	v.said = how + fmt.Sprintf(format, args...)
	panic(v)
}

// ended returns how a test ended, or "" if it was not cut short.
func ended(t *testing.T, test func(testing.TB)) string {
	t.Helper()
	v := &verdict{TB: t}
	func() {
		defer func() {
			if r := recover(); r != nil && r != any(v) {
				panic(r)
			}
		}()
		test(v)
	}()
	return v.said
}

func TestLacks(t *testing.T) {
	for _, tt := range []struct {
		ci, want string
	}{
		{"true", "failed: no 5 things"},
		{"", "skipped: no 5 things (the tests'"},
	} {
		t.Setenv("CI", tt.ci)
		got := ended(t, func(t testing.TB) { Lacks(t, "no %d things", 5) })
		if !strings.HasPrefix(got, tt.want) {
			t.Errorf("CI=%q: %q, want %q", tt.ci, got, tt.want)
		}
	}
}

func TestProgram(t *testing.T) {
	t.Setenv("CI", "")
	if got := ended(t, func(t testing.TB) { Program(t, "sh") }); got != "" {
		t.Errorf("sh: %q", got)
	}
	if got := ended(t, func(t testing.TB) { Program(t, "no-such-program") }); !strings.Contains(got, `skipped: exec: "no-such-program"`) {
		t.Errorf("a program that is not there: %q", got)
	}
}
