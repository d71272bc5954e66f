package main

import (
	"os"
	"testing"
)

// cannot skips a test that this machine lacks something for. CI has all of it
// installed, so there it is a failure.
func cannot(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}
