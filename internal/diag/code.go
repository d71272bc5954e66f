package diag

// A Code names a kind of error or warning for good: a code is never given a
// second meaning, and what has one keeps it. docs/errors.md has a section for
// each, with the rule that it stands for, a mistake and its remedy; sandbox
// explain CODE prints it.
//
// The letter is the severity: E for errors, W for warnings, which a policy can
// accept. The first two digits are the part of the language.
type Code string

// Severity returns Warning for codes that begin with W, and Error for all
// others.
func (c Code) Severity() Severity {
	if c != "" && c[0] == 'W' {
		return Warning
	}
	return Error
}
