package main

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// A slowReader takes a line when it is told to, and fails as it is told to.
type slowReader struct {
	answers chan error
	got     strings.Builder
}

func (r *slowReader) Write(b []byte) (int, error) {
	err := <-r.answers
	if err == nil {
		r.got.Write(b)
	}
	return len(b), err
}

// TestOutlet writes to one who does not read at first.
func TestOutlet(t *testing.T) {
	r := &slowReader{answers: make(chan error)}
	o := newOutlet(r, allPatience)
	write := func(line string) {
		t.Helper()
		if n, err := o.Write([]byte(line)); n != len(line) || err != nil {
			t.Fatal(n, err)
		}
	}
	if err := o.finish(time.Time{}); err != nil {
		t.Errorf("before anything is written: %v", err)
	}
	for range 100 {
		write("a") // the first alone waits: 100 times 0.1 s would be more than there is
	}
	if o.left <= 0 || !o.stalled {
		t.Errorf("writers may wait %v more; it is stalled: %v", o.left, o.stalled)
	}
	if err := o.finish(time.Now()); err != errUnread {
		t.Errorf("without a reader: %v", err)
	}
	go func() {
		for range 101 {
			r.answers <- nil
		}
	}()
	if err := o.finish(time.Time{}); err != nil {
		t.Errorf("with a reader: %v", err)
	}
	write("b")
	if err := o.finish(time.Time{}); err != nil || o.stalled {
		t.Errorf("at the end: %v; it is stalled: %v", err, o.stalled)
	}
	if got, want := r.got.String(), strings.Repeat("a", 100)+"b"; got != want {
		t.Errorf("it wrote %q", got)
	}
}

// TestOutletFails: the first failure is told, and what comes after it is written
// or not.
func TestOutletFails(t *testing.T) {
	first := errors.New("first")
	for whole, want := range map[bool]string{false: "ad", true: "a"} {
		r := &slowReader{answers: make(chan error, 4)}
		o := newOutlet(r, 0)
		o.whole = whole
		o.reserve()
		for _, err := range []error{nil, first, errors.New("second"), nil} {
			r.answers <- err
		}
		for _, line := range []string{"a", "b", "c", "d"} {
			_, _ = o.Write([]byte(line))
		}
		if err := o.finish(time.Time{}); err != first || r.got.String() != want {
			t.Errorf("whole %v: %v, and wrote %q", whole, err, r.got.String())
		}
	}
}
