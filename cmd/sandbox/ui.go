package main

// The rules of output:
//
//   - Standard output belongs to the program that runs, or to the verb's
//     answer. Nothing else is ever written to it, so that it can be piped.
//   - What sandbox says of itself goes to standard error, after "sandbox: ",
//     lower case, no full stop: what, where, why. What to do about it follows
//     on lines of its own, after "hint: ".
//   - Success is silent.
//   - --json answers in JSON, one object a line, with names in camelCase; why
//     there is no answer is told so as well. docs/json.md has the forms.
//   - Colour is used on standard error only, only if that is a terminal, and
//     not if NO_COLOR is set and not empty.
//   - What a terminal would obey instead of showing it is escaped: names and
//     texts come from outside.
//   - Exit codes are those below.

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"sandbox/internal/inherited"
	"sandbox/launcher"
)

// The exit codes that are sandbox's own. A program that ran gives its own
// code, or 128+n if signal n killed it; one that cannot be executed or found
// gives launcher's.
const (
	exitYes    = 0
	exitNo     = 1                     // the answer is no, or there is none
	exitUsage  = 2                     // the command line makes no sense
	exitFailed = launcher.StatusFailed // exec and run: the program was not started
)

// A ui is where a verb reads from and writes to.
type ui struct {
	in  io.Reader
	out *bufio.Writer // the answer
	err io.Writer     // what sandbox says of itself

	asJSON bool // the verb answers in JSON, its failures as well
}

// newUI returns the ui of this process.
func newUI() *ui {
	u := &ui{in: os.Stdin, out: bufio.NewWriter(os.Stdout), err: os.Stderr}
	if state := inherited.Read(); state.StdioKnown && state.ClosedStdio>>1&1 != 0 {
		u.out.Reset(closedOutput{})
	}
	return u
}

// closedOutput stands for a standard output that was closed before the Go
// runtime opened /dev/null in its place: an answer must not vanish there.
type closedOutput struct{}

func (closedOutput) Write([]byte) (int, error) { return 0, os.ErrClosed }

// standardError returns the ui with a standard error that cannot end this
// process, and for whose reader it does not wait for long.
func (u *ui) standardError() (*ui, *outlet) {
	own, said := *u, newOutlet(descriptor(2), allPatience)
	own.err = said
	return &own, said
}

// coloured reports whether standard error may be coloured.
func (u *ui) coloured() bool {
	return os.Getenv("NO_COLOR") == "" && isTerminal(os.Stderr)
}

// isTerminal reports whether f is a character device other than the null
// device. A wrong guess costs some colour.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// width returns how wide the lines of prose in an answer should be: as wide as
// the terminal, as far as that is good to read.
func (u *ui) width() int {
	if n := columns(os.Stdout); n > 0 {
		return min(max(n, 40), 100)
	}
	return 80
}

// answer writes one line of the verb's answer.
func (u *ui) answer(format string, args ...any) {
	fmt.Fprintf(u.out, format+"\n", args...)
}

// answerJSON writes v as one line of JSON.
func (u *ui) answerJSON(v any) error { return newEncoder(u.out).Encode(v) }

// say writes one line about sandbox itself.
func (u *ui) say(format string, args ...any) {
	fmt.Fprintf(u.err, "sandbox: %s\n", oneLine(fmt.Sprintf(format, args...)))
}

// trace writes where a bug of sandbox showed: a stack, as runtime/debug prints it.
func (u *ui) trace(stack []byte) {
	for line := range bytes.Lines(stack) {
		text := strings.ReplaceAll(strings.TrimSuffix(string(line), "\n"), "\t", "  ")
		fmt.Fprintf(u.err, "  %s\n", oneLine(text))
	}
}

// hint writes what to do about the line before.
func (u *ui) hint(text string) {
	fmt.Fprintf(u.err, "hint: %s\n", oneLine(text))
}
