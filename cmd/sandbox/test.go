package main

import (
	"errors"
	"flag"
	"strings"

	"sandbox/internal/diag"
	"sandbox/internal/policytest"
	"sandbox/policy"
)

func testVerb() *verb {
	return &verb{
		name:     "test",
		operands: "[POLICY]...",
		brief:    "run the tests that stand in policies",
		about: `A test is a table in a policy file:

  [[test]]
  call = "openat(AT_FDCWD, 0, O_WRONLY)"
  want = "errno(EPERM)"

Each is run for each of its ABIs: by the meaning of the policy, and by the
compiled program in an emulator; with --live also by the running kernel, which
executes none of the calls. Each policy is tested alone. Tests of the files that
it extends are not run. The exit code is 0 if no test fails.

--cover shows what no test reaches: every rule and filter of the policy's own
file should decide a call, and every condition be true for one and false for
another. What no call at all can reach is shown as such, and does not count.
--generate writes tests that reach the rest, preferably at the boundaries of
comparisons. They want what the policy decides now: check that before you put
them into the policy.`,
		examples: []example{
			{"run the tests of a policy", "sandbox test app.toml"},
			{"list them, and ask the running kernel as well", "sandbox test -v --live app.toml"},
			{"only those with a word in their names, for another ABI", "sandbox test --run write --abi aarch64 app.toml"},
			{"see what they do not reach", "sandbox test --cover app.toml"},
			{"have tests written for that", "sandbox test --generate app.toml > more-tests"},
			{"for a program that collects reports", "sandbox test --junit report.xml app.toml"},
		},
		operand: policyOperand,
		prepare: prepareTest,
	}
}

// A tester runs the tests of one policy after the other.
type tester struct {
	*ui
	abis    repeated
	pattern string
	live    bool
	verbose bool
	asJSON  bool
	covers  bool
	writes  bool // tests that reach the rest
}

// A suite is what became of a policy's tests.
type suite struct {
	name    string
	policy  *policy.Policy
	live    bool // the running kernel was to be asked
	tests   int  // before any were chosen
	results []policytest.Result
	broken  error     // why the tests could not be run
	found   diag.List // what broken is about, as far as it is about the policy

	coverage *policytest.Coverage // nil if nobody asked for it
}

func prepareTest(options *flag.FlagSet) action {
	var t tester
	var named repeated
	options.Var(&named, "p", "test `POLICY`: a file, or a shipped profile; the same as an operand")
	options.Var(&t.abis, "abi", "run the tests for this `ABI` only; may be repeated")
	options.StringVar(&t.pattern, "run", "", "run the tests whose names contain `TEXT`, in which * is any text")
	options.BoolVar(&t.live, "live", false, "ask the running kernel, too")
	options.BoolVar(&t.verbose, "v", false, "list the tests that pass as well")
	options.BoolVar(&t.asJSON, "json", false, "answer in JSON, one object a test and one a policy")
	options.BoolVar(&t.covers, "cover", false, "show what no test reaches")
	options.BoolVar(&t.writes, "generate", false, "write tests that reach what no test reaches, and nothing else")
	junit := options.String("junit", "", "write a report in JUnit's XML to `FILE`")
	return func(u *ui, operands []string) error {
		t.ui = u
		for _, name := range operands {
			if strings.HasPrefix(name, "-") {
				return surplus("test", name)
			}
			named = append(named, name)
		}
		if len(named) == 0 {
			return misuse("test needs a policy").hinted("name a file or a shipped profile: sandbox test app.toml")
		}
		if t.writes && (t.asJSON || t.covers || t.verbose || t.live || t.pattern != "" || *junit != "" || len(named) > 1) {
			return misuse("test: --generate writes tests for one policy, and answers nothing else").
				hinted("of the other options it goes with --abi")
		}
		suites := make([]*suite, len(named))
		failed := false
		for i, name := range named {
			s, err := t.run(name)
			if err != nil {
				return err
			}
			if err := t.report(s); err != nil {
				return err
			}
			suites[i] = s
			failed = failed || s.failed() > 0 || s.broken != nil
		}
		if *junit != "" {
			if err := writeWhole(*junit, appendJUnit(nil, suites)); err != nil {
				return err
			}
		}
		if failed {
			return said()
		}
		return nil
	}
}

// run runs the tests of one policy. The error is of a command line that makes
// no sense.
func (t *tester) run(name string) (*suite, error) {
	chosen := policyOptions{policies: repeated{name}, abis: t.abis}
	request, err := chosen.request()
	if err != nil {
		return nil, err
	}
	request.TestABIs, request.TestMistakes = true, true
	s := &suite{name: name, live: t.live}
	loaded, list := policy.Load(request)
	if list.Failed() {
		return t.broken(s, list.Err()), nil
	}
	s.policy = loaded
	tests, list := loaded.Layers[0].Tests()
	if list.Failed() {
		return t.broken(s, list.Err()), nil
	}
	s.tests = len(tests)
	var selected []policy.Test
	for i := range tests {
		if containsPattern(tests[i].Name, t.pattern) {
			selected = append(selected, tests[i])
		}
	}
	if len(selected) > 0 {
		s.results, err = policytest.Run(loaded.Typed, selected, t.live)
		if err != nil {
			return t.broken(s, err), nil
		}
	}
	if t.covers || t.writes {
		s.coverage = policytest.Cover(loaded, s.results)
	}
	return s, nil
}

// broken notes why the tests of a policy could not be run, and says it, unless
// that is for the answer to do.
func (t *tester) broken(s *suite, err error) *suite {
	s.broken = err
	var found *diag.Failure
	if errors.As(err, &found) {
		s.found = found.List
	}
	switch {
	case t.asJSON:
	case found != nil:
		t.diagnose(s.found)
	default:
		t.say("%s: %v", s.name, err)
	}
	return s
}

// failed returns how many tests failed.
func (s *suite) failed() int {
	n := 0
	for i := range s.results {
		if !s.results[i].Passed() {
			n++
		}
	}
	return n
}

// asked returns about how many tests the running kernel was asked.
func (s *suite) asked() int {
	n := 0
	for i := range s.results {
		if s.results[i].Live.Asked {
			n++
		}
	}
	return n
}

// containsPattern reports whether text contains a pattern, in which * stands
// for any text.
func containsPattern(text, pattern string) bool {
	for piece := range strings.SplitSeq(pattern, "*") {
		_, after, ok := strings.Cut(text, piece)
		if !ok {
			return false
		}
		text = after
	}
	return true
}
