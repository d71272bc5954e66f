package main

import (
	"errors"
	"fmt"
	"syscall"

	"sandbox/internal/diag"
	"sandbox/launcher"
)

// A failure ends a verb: what was found in policies is shown, then the message
// as one line, and its hints. Code is the exit code; zero stands for the verb's
// own.
type failure struct {
	code    int
	found   diag.List
	message string // "" if everything is said already, or found
	hints   []string
	call    string // that the failure is about, of explain
}

// Error returns the message, or the first error that was found.
func (f *failure) Error() string {
	if err := f.found.Err(); err != nil && f.message == "" {
		return err.Error()
	}
	return f.message
}

// A failureJSON is why a verb has no answer.
type failureJSON struct {
	Call     string        `json:"call,omitempty"` // that explain was asked about
	Error    string        `json:"error"`
	Hints    []string      `json:"hints,omitempty"`
	Findings []diag.Record `json:"findings,omitempty"`
}

// fail returns a failure with the verb's own code.
func fail(format string, args ...any) *failure {
	return &failure{message: fmt.Sprintf(format, args...)}
}

// misuse returns the failure of a command line that makes no sense.
func misuse(format string, args ...any) *failure {
	return &failure{code: exitUsage, message: fmt.Sprintf(format, args...)}
}

// said returns a failure about which everything is said already.
func said() *failure { return &failure{} }

// hinted returns the failure with one more hint.
func (f *failure) hinted(format string, args ...any) *failure {
	f.hints = append(f.hints, fmt.Sprintf(format, args...))
	return f
}

// exitStatus is the exit code of a program that ran. It is no failure of ours:
// nothing is shown for it.
type exitStatus struct {
	code   int
	signal syscall.Signal // that ended it, or 0
}

// Error returns what the status is, for whoever logs it.
func (s exitStatus) Error() string { return fmt.Sprintf("the program ended with status %d", s.code) }

// conclude says why a verb failed, if it did, and returns the exit code. v is
// nil if there was no verb.
func conclude(u *ui, v *verb, err error) int {
	if err == nil {
		return exitYes
	}
	var status exitStatus
	if errors.As(err, &status) {
		if status.signal == syscall.SIGINT {
			dieInterrupted()
		}
		return status.code
	}
	f := asFailure(err)
	u.tell(f)
	switch {
	case v != nil && v.starts && f.code < exitFailed:
		return exitFailed // smaller codes are the program's to give
	case f.code == 0:
		return exitNo
	}
	return f.code
}

// tell says why a verb failed.
func (u *ui) tell(f *failure) {
	if u.asJSON && f.Error() != "" {
		// What cannot be written is found when the answer is flushed.
		_ = u.answerJSON(f.json())
		return
	}
	if len(f.found) > 0 {
		u.diagnose(f.found)
	}
	if f.message != "" {
		u.say("%s", f.message)
	}
	for _, hint := range f.hints {
		u.hint(hint)
	}
}

func (f *failure) json() failureJSON {
	j := failureJSON{Call: f.call, Error: f.Error(), Hints: f.hints}
	if len(f.found) > 0 {
		j.Findings = withoutProfiles(f.found).Records()
	}
	return j
}

// asFailure returns an error of another package as a failure.
func asFailure(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	var found *diag.Failure
	if errors.As(err, &found) {
		return &failure{found: found.List}
	}
	var start *launcher.Error
	if errors.As(err, &start) {
		f = &failure{code: start.Status, message: start.Text}
		if start.Hint != "" {
			f.hinted("%s", start.Hint)
		}
		return f
	}
	return fail("%v", err)
}
