package diag

import (
	"encoding/json"
	"testing"
)

func TestRecords(t *testing.T) {
	src := &Source{Name: "p.toml", Text: "a = 1\nb = \"\xff\"\n"}
	var l List
	l.Reportf("E0001", Span{src, 4, 10}, "bad %s", "value").Labelf("here").Hintf("one").Hintf("two").Notef(Span{src, 0, 1}, "first").Notef(Span{}, "else")
	l.Reportf("W0001", Span{}, "nowhere")
	got, err := json.Marshal(l.Records())
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"severity":"error","code":"E0001","file":"p.toml","line":1,"column":5,"endLine":2,"endColumn":5,"message":"bad value","label":"here",` +
		`"hints":["one","two"],"related":[{"file":"p.toml","line":1,"column":1,"endLine":1,"endColumn":2,"message":"first"},{"message":"else"}]},` +
		`{"severity":"warning","code":"W0001","message":"nowhere"}]`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, _ := json.Marshal(List(nil).Records()); string(got) != "[]" {
		t.Errorf("an empty list is %s", got)
	}
}

func TestTextSpan(t *testing.T) {
	src := &Source{Text: `x = "a\u0062c"`}
	plain := Text{Source: src, String: "x =", Base: 0}
	shifted := Text{Source: src, String: "= ", Base: 2}
	escaped := Text{Source: src, String: "abc", Offsets: []int{5, 6, 12, 13}}
	for _, test := range []struct {
		text       Text
		start, end int
		want       string
	}{
		{plain, 0, 1, "x"},
		{shifted, 0, 1, "="},
		{escaped, 0, 1, "a"},
		{escaped, 1, 2, `\u0062`},
		{escaped, 0, 3, `a\u0062c`},
		{escaped, 3, 3, ""},
		{src.Whole(), 0, 3, "x ="},
	} {
		s := test.text.Span(test.start, test.end)
		if got := src.Text[s.Start:s.End]; s.Source != src || got != test.want {
			t.Errorf("Span(%d, %d) of %q is %q, want %q", test.start, test.end, test.text.String, got, test.want)
		}
	}
	if s := (Span{src, 1, 3}).To(Span{src, 5, 8}); s != (Span{src, 1, 8}) {
		t.Errorf("To = %v", s)
	}
}
