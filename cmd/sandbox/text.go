package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// actionName returns an action as policies write it, an errno by the name that
// it has on the ABI: "errno(EPERM)".
func actionName(abi arch.ABI, a typed.Action) string {
	if a.Kind == typed.Errno && abi != 0 {
		if name, ok := abi.ErrnoName(a.Data); ok {
			return "errno(" + name + ")"
		}
	}
	return a.String()
}

// placeOf returns "file:line", or what stands for a place that nobody wrote.
func placeOf(p typed.Position) string {
	if p.File == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", oneLine(p.File), p.Line)
}

// oneLine returns text that may come from outside as one line that a terminal
// shows and does not obey.
func oneLine(text string) string {
	notShown := func(r rune) bool { return !strconv.IsPrint(r) }
	if utf8.ValidString(text) && !strings.ContainsFunc(text, notShown) {
		return text
	}
	quoted := strconv.Quote(text)
	return quoted[1 : len(quoted)-1]
}

// reason returns what the system said, without the operation and the paths that
// the os package puts before it.
func reason(err error) error {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number
	}
	return err
}

// decimal returns a value as its type reads it.
func decimal(t typed.Type, bits uint64) string {
	switch {
	case t == typed.I32:
		return strconv.FormatInt(int64(int32(bits)), 10)
	case t.Signed:
		return strconv.FormatInt(int64(bits), 10)
	}
	return strconv.FormatUint(bits, 10)
}

// formatValue returns a value for people: in decimal, and in hexadecimal with
// it where bits can be told apart better so.
func formatValue(t typed.Type, bits uint64) string {
	if bits < 10 {
		return decimal(t, bits)
	}
	return fmt.Sprintf("%s (0x%x)", decimal(t, bits), bits)
}

// times says how often.
func times(n uint64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// calls says how many.
func calls(n uint64) string {
	if n == 1 {
		return "1 call"
	}
	return fmt.Sprintf("%d calls", n)
}
