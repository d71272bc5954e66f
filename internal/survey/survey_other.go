//go:build !linux

package survey

import "runtime"

// Examine surveys this place, on Linux.
func Examine() *Report {
	return &Report{Findings: []Finding{{
		Area: "filters", Name: "filters", State: Missing, Needed: true,
		Found:  "this is " + runtime.GOOS + ", and seccomp is Linux's",
		Effect: "policies can be checked, compiled and tested here, but not enforced",
		Remedy: "compile for another machine: sandbox compile -p POLICY --abi x86_64",
	}}}
}
