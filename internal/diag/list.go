package diag

// A List is what was found in a policy, in the order of finding.
type List []Diagnostic

// Failed reports whether any of the diagnostics is an error.
func (l List) Failed() bool {
	for i := range l {
		if l[i].Severity == Error {
			return true
		}
	}
	return false
}
