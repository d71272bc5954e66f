package main

import (
	"encoding/xml"
	"errors"
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/internal/policytest"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// TestJUnit reads a report back.
func TestJUnit(t *testing.T) {
	const strange = "a <b> & \"c\"\n\t'd' ]]> \x00\xff\ufffe \u00e4"
	const shown = "a <b> & \"c\"\n\t'd' ]]> \ufffd\ufffd\ufffd \u00e4"
	failed := policytest.Result{
		Test:     policy.Test{Name: strange, Text: strange, ABI: arch.X86_64, At: typed.Position{File: strange, Line: 7}},
		Decision: typed.Decision{Action: typed.Action{Kind: typed.Errno, Data: 1}, Rule: &typed.Rule{Name: "r"}},
		Emulated: bpf.Errno.With(1),
	}
	text := appendJUnit(nil, []*suite{
		{name: strange, results: []policytest.Result{failed}},
		{name: "broken", broken: errors.New("no <policy>")},
	})
	var got struct {
		Suites []struct {
			Name     string `xml:"name,attr"`
			Tests    int    `xml:"tests,attr"`
			Failures int    `xml:"failures,attr"`
			Errors   int    `xml:"errors,attr"`
			Cases    []struct {
				Name    string `xml:"name,attr"`
				Line    int    `xml:"line,attr"`
				Failure struct {
					Message string `xml:"message,attr"`
				} `xml:"failure"`
				Error struct {
					Message string `xml:"message,attr"`
				} `xml:"error"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(text, &got); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(got.Suites) != 2 || got.Suites[0].Failures != 1 || got.Suites[0].Name != shown || got.Suites[1].Errors != 1 {
		t.Fatalf("got %+v", got)
	}
	if c := got.Suites[0].Cases[0]; c.Name != shown+" (x86_64)" || c.Line != 7 || c.Failure.Message != `want allow, got errno(EPERM) by rule "r"` {
		t.Errorf("got %+v", c)
	}
	if c := got.Suites[1].Cases[0]; c.Error.Message != "no <policy>" {
		t.Errorf("got %+v", c)
	}
}

func TestContainsPattern(t *testing.T) {
	for _, tt := range []struct {
		text, pattern string
		want          bool
	}{
		{"openat(0)", "", true},
		{"openat(0)", "*", true},
		{"openat(0)", "open", true},
		{"openat(0)", "o*(0)", true},
		{"openat(0)", "(*open", false},
		{"openat(0)", "openat*openat", false},
		{"openat(0)", "write", false},
	} {
		if got := containsPattern(tt.text, tt.pattern); got != tt.want {
			t.Errorf("containsPattern(%q, %q) = %v", tt.text, tt.pattern, got)
		}
	}
}
