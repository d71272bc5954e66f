package diag

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSort(t *testing.T) {
	a, b := &Source{Name: "z.toml", Text: "one\ntwo\n"}, &Source{Name: "a.toml", Text: "x"}
	var l List
	l.Reportf("E0001", Span{}, "nowhere")
	l.Reportf("E0001", Span{a, 4, 7}, "late")
	l.Reportf("W0001", Span{a, 0, 3}, "early")
	l.Reportf("E0001", Span{b, 0, 1}, "elsewhere")
	l.Reportf("E0001", Span{a, 4, 7}, "late too")
	l.Reportf("E0001", Span{a, 4, 7}, "late")
	l.Reportf("W0001", Span{a, 4, 7}, "late")
	l.Reportf("E0001", Span{a, 4, 5}, "shorter")
	l.Sort()

	var got []string
	for _, d := range l {
		got = append(got, fmt.Sprintf("%s %s: %s", d.Severity, d.Span, d.Message))
	}
	want := []string{
		"warning z.toml:1:1: early",
		"error z.toml:2:1: shorter",
		"error z.toml:2:1: late",
		"error z.toml:2:1: late too",
		"warning z.toml:2:1: late",
		"error a.toml:1:1: elsewhere",
		"error : nowhere",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sorted list (-want +got):\n%s", diff)
	}
}

func TestErr(t *testing.T) {
	src := &Source{Name: "p.toml", Text: "a\nbc"}
	warn := List{{Severity: Warning, Span: Span{src, 0, 1}, Message: "odd"}}
	one := append(warn[:1:1], Diagnostic{Span: Span{src, 3, 4}, Message: "bad"})
	two := append(one[:2:2], Diagnostic{Message: "worse"})
	three := append(two[:3:3], Diagnostic{Message: "worst"})
	for _, test := range []struct {
		list List
		want string
	}{
		{nil, ""},
		{warn, ""},
		{one, "p.toml:2:2: bad"},
		{two, "p.toml:2:2: bad (and 1 more error)"},
		{three, "p.toml:2:2: bad (and 2 more errors)"},
		{List{{Message: "lost"}}, "lost"},
	} {
		err := test.list.Err()
		switch {
		case test.want == "":
			if err != nil {
				t.Errorf("Err() = %q, want nil", err)
			}
		case err == nil || err.Error() != test.want:
			t.Errorf("Err() = %v, want %q", err, test.want)
		default:
			var failure *Failure
			if !errors.As(err, &failure) || len(failure.List) != len(test.list) {
				t.Errorf("Err() of %q does not hold the list", test.want)
			}
		}
	}
}

func TestChaining(t *testing.T) {
	src := &Source{Name: "p", Text: "abc"}
	var l List
	for i := range 3 { // the list moves as it grows
		l.Reportf("E0001", Span{src, i, i + 1}, "no %d", i).Labelf("label %d", i).Hintf("hint %d", i).Hintf("other").Notef(Span{src, 0, 1}, "see %d", i)
	}
	for i, d := range l {
		want := Diagnostic{
			Code: "E0001", Span: Span{src, i, i + 1}, Message: fmt.Sprint("no ", i), Label: fmt.Sprint("label ", i),
			Hints:   []string{fmt.Sprint("hint ", i), "other"},
			Related: []Related{{Span{src, 0, 1}, fmt.Sprint("see ", i)}},
		}
		if diff := cmp.Diff(want, d, cmp.AllowUnexported(Source{})); diff != "" {
			t.Errorf("diagnostic %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestPosition(t *testing.T) {
	src := &Source{Text: "ab\n\ncd\r\n"}
	for _, test := range []struct{ offset, line, column int }{
		{-1, 1, 1},
		{0, 1, 1},
		{2, 1, 3}, // the line break belongs to its line
		{3, 2, 1},
		{4, 3, 1},
		{7, 3, 4},
		{8, 4, 1}, // after the last line break a line begins
		{99, 4, 1},
	} {
		if line, column := src.Position(test.offset); line != test.line || column != test.column {
			t.Errorf("Position(%d) = %d:%d, want %d:%d", test.offset, line, column, test.line, test.column)
		}
	}
	if line, column := (Span{}).Position(); line != 0 || column != 0 {
		t.Errorf("zero Span is at %d:%d", line, column)
	}
	if line, column := (&Source{}).Position(0); line != 1 || column != 1 {
		t.Errorf("an empty source starts at %d:%d", line, column)
	}
}
