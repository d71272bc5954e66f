package main

import (
	"sandbox/internal/amend"
	"sandbox/policy/typed"
)

// An editJSON is what would allow a call.
type editJSON struct {
	Rule    string   `json:"rule,omitempty"` // for -e
	Only    string   `json:"only,omitempty"` // the ABI that it has to be limited to
	Any     []string `json:"any,omitempty"`  // the parameters that it says nothing of
	Passing []string `json:"passing,omitempty"`
	Also    []string `json:"also,omitempty"` // other ABIs
	Others  string   `json:"others,omitempty"`
	Unsure  bool     `json:"unsure,omitempty"`
	None    string   `json:"none,omitempty"`
	Hints   []string `json:"hints"`
}

func newEditJSON(s *amend.Suggestion, decision *typed.Decision) *editJSON {
	j := &editJSON{
		Any: s.Free, Passing: s.Passing, Also: namesOf(s.Also), Others: changesText(s.Others), Unsure: s.Unsure,
		None: obstacleText(s), Hints: suggestionHints(s, decision),
	}
	if s.Filter != "" {
		j.Rule = "allow " + s.Filter
	}
	if s.Limited {
		j.Only = s.ABI.String()
	}
	return j
}
