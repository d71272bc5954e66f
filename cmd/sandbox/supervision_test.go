package main

import (
	"bytes"
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/internal/amend"
	"sandbox/launcher/supervisor"
	"sandbox/policy"
)

// nobody is a caller that cannot be seen.
type nobody struct{}

func (nobody) Executable(*supervisor.Call) (string, error) { return "", supervisor.ErrGone }

func (nobody) Look(*supervisor.Call) (*supervisor.Seen, error) { return nil, supervisor.ErrGone }

// TestAnswers gives calls of all kinds to answer: only under --audit does any go
// on, none of them about which the policies were not asked, and never one that
// would let a program listen for itself.
func TestAnswers(t *testing.T) {
	const rules = `version = 1
default = "allow"
[[rule]]
action = "errno(EACCES)"
filters = ["mkdir"]
[[rule]]
action = "errno(ENOSYS)"
filters = ["clone3"]
[[rule]]
action = "trap(1)"
filters = ["rmdir"]
[[rule]]
action = "kill_process"
filters = ["ptrace"]
`
	const listener = "seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, 0x1000)"
	for _, c := range []struct {
		call            string
		abi             arch.ABI
		answer, audited string
	}{
		{"mkdir(0, 0)", arch.X86_64, "EACCES", "continue"},
		{"clone3(0, 0)", arch.X86_64, "ENOSYS", "continue"},
		{"rmdir(0)", arch.X86_64, "ENOSYS", "continue"},
		{"ptrace(0)", arch.X86_64, "ENOSYS", "continue"},
		{"getpid()", arch.I386, "ENOSYS", "continue"},
		{listener, arch.X86_64, "EBUSY", "EBUSY"},
		{"seccomp(SECCOMP_SET_MODE_FILTER, 0, 0x1000)", arch.X86_64, "ENOSYS", "ENOSYS"}, // allowed
		{"read(0, 0, 0)", arch.X86_64, "ENOSYS", "ENOSYS"},                               // allowed
	} {
		for audit, want := range map[bool]string{false: c.answer, true: c.audited} {
			guarded := guardedFor(t, []string{rules})
			call, list := policy.ParseCall(c.abi, c.call)
			if list.Failed() {
				t.Fatal(list.Err())
			}
			var said bytes.Buffer
			r := &reporter{ui: &ui{err: &said}, policy: guarded.Typed, adviser: amend.New(guarded, arch.X86_64), audit: audit}
			r.start()
			s := &supervision{
				policy: guarded.Typed, looker: nobody{}, reporter: r,
				denials: supervisor.NewDenials(guarded.Typed, supervisor.Limits{}),
			}
			answer := s.Answer(&supervisor.Call{ID: 1, Thread: 1, Call: call})
			r.finish()
			got := "continue"
			if number, ok := answer.Errno(); ok {
				got, _ = arch.X86_64.ErrnoName(number)
			}
			if got != want {
				t.Errorf("%s, audit %v: %s, want %s", c.call, audit, got, want)
			}
			allowed := strings.HasPrefix(c.call, "read") || strings.Contains(c.call, "FILTER, 0,")
			if allowed != strings.Contains(said.String(), "this is a bug in sandbox") {
				t.Errorf("%s, audit %v: it says %q", c.call, audit, said.String())
			}
		}
	}
}

// TestBroken: a bug of ours is told with the place where it showed, of which a
// terminal obeys nothing; what the kernel refuses has none.
func TestBroken(t *testing.T) {
	const begin = "sandbox: denials are reported no more, and fail with ENOSYS from now on: "
	for _, c := range []struct {
		err  error
		want string
	}{
		{
			&supervisor.PanicError{Value: "index out of range", Stack: []byte("goroutine 7 [running]:\nmain.f(\x1b[31m)\n\t/src/f.go:12 +0x1d\n")},
			"this is a bug in sandbox: the handler of notifications panicked: index out of range\n" +
				"  goroutine 7 [running]:\n  main.f(\\x1b[31m)\n    /src/f.go:12 +0x1d\n",
		},
		{supervisor.ErrGone, supervisor.ErrGone.Error() + "\n"},
	} {
		var said bytes.Buffer
		r := &reporter{ui: &ui{err: &said}}
		r.start()
		r.broken(c.err)
		r.finish()
		if said.String() != begin+c.want {
			t.Errorf("it says %q, want %q", said.String(), begin+c.want)
		}
	}
}
