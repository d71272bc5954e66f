package main

import (
	"sandbox/internal/diag"
	"sandbox/internal/policytest"
)

// A testJSON is what became of one test on one ABI. Place and rule are as in
// a verdictJSON.
type testJSON struct {
	Policy   string `json:"policy"`
	Test     string `json:"test"`
	Call     string `json:"call"`
	ABI      string `json:"abi"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	Passed   bool   `json:"passed"`
	Want     string `json:"want"`
	WantRule string `json:"wantRule,omitempty"`
	Action   string `json:"action"`
	Rule     string `json:"rule"`
	RuleFile string `json:"ruleFile,omitempty"`
	RuleLine int    `json:"ruleLine,omitempty"`
	Program  string `json:"program"`          // what the compiled program gives
	Kernel   string `json:"kernel,omitempty"` // what the running kernel gives
}

// A summaryJSON is what became of all tests of a policy.
type summaryJSON struct {
	Policy string `json:"policy"`
	Tests  int    `json:"tests"`
	Failed int    `json:"failed"`
	Live   int    `json:"live"` // asked of the running kernel
	Error  string `json:"error,omitempty"`

	Findings []diag.Record `json:"findings,omitempty"`
	Coverage *coverageJSON `json:"coverage,omitempty"`
}

// reportJSON answers one object a test, and one for the policy.
func (t *tester) reportJSON(s *suite) error {
	for i := range s.results {
		if err := t.answerJSON(newTestJSON(s, &s.results[i])); err != nil {
			return err
		}
	}
	summary := summaryJSON{Policy: s.name, Tests: len(s.results), Failed: s.failed(), Live: s.asked()}
	if s.broken != nil {
		summary.Error = s.broken.Error()
		summary.Findings = withoutProfiles(s.found).Records()
	}
	if s.coverage != nil {
		summary.Coverage = newCoverageJSON(s.coverage)
	}
	return t.answerJSON(summary)
}

func newTestJSON(s *suite, r *policytest.Result) testJSON {
	j := testJSON{
		Policy:   s.name,
		Test:     r.Name,
		Call:     r.Text,
		ABI:      r.ABI.String(),
		File:     r.At.File,
		Line:     r.At.Line,
		Passed:   r.Passed(),
		Want:     actionName(r.ABI, r.Want),
		WantRule: r.Rule,
		Action:   actionName(r.ABI, r.Decision.Action),
		Rule:     r.Decision.Rule.Name,
		RuleFile: r.Decision.Rule.At.File,
		RuleLine: r.Decision.Rule.At.Line,
		Program:  returnName(r.ABI, r.Emulated),
	}
	if r.Live.Asked {
		j.Kernel = returnName(r.ABI, r.Live.Got)
	}
	return j
}
