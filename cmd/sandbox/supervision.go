package main

import (
	"time"

	"sandbox/internal/procfs"
	"sandbox/launcher/supervisor"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// A supervision answers the calls that a program is denied, and has them told.
//
// It looks at registers only, and answers what the policies say of them. It lets
// no call go on but under --audit. A nil supervision is that of a program which
// the kernel denies by itself: it has nothing to do.
type supervision struct {
	policy   *typed.Policy // guarded
	denials  *supervisor.Denials
	listener *supervisor.Listener
	looker   supervisor.Looker // the same, at callers
	reporter *reporter
	served   chan error // how serving ended
}

// newSupervision returns the supervision of a program, from whose listener it
// takes the calls, and looks at callers in proc.
func newSupervision(guarded *policy.Policy, fd int, proc *procfs.Dir, r *reporter) (*supervision, error) {
	listener, err := supervisor.Listen(fd, proc)
	if err != nil {
		return nil, err
	}
	return &supervision{
		policy:   guarded.Typed,
		denials:  supervisor.NewDenials(guarded.Typed, supervisor.Limits{}),
		listener: listener,
		looker:   listener,
		reporter: r,
		served:   make(chan error, 1),
	}, nil
}

// begin begins to answer and to tell.
func (s *supervision) begin() {
	if s == nil {
		return
	}
	s.reporter.start()
	go s.serve()
}

// serve answers until no process is left under the filter.
func (s *supervision) serve() {
	err := s.listener.Serve(s)
	if err != nil {
		s.reporter.broken(err)
	}
	s.served <- err
}

// Answer gives a call the answer of the policies.
func (s *supervision) Answer(c *supervisor.Call) supervisor.Answer {
	decision := s.policy.Decide(&c.Call)
	if decision.Action.Kind < typed.Errno {
		// What is installed is proved to ask about nothing else.
		s.reporter.surprised(c, decision.Action)
		return supervisor.Answer{}
	}
	if first := s.denials.Add(c, decision, s.looker); first != nil {
		s.reporter.tell(first)
	}
	if s.reporter.audit {
		return s.letPass(c)
	}
	if decision.Action.Kind == typed.Errno {
		return supervisor.Errno(decision.Action.Data)
	}
	return supervisor.Answer{} // the kernel kills and traps by itself
}

// letPass answers for a call that the policies refuse and nothing is to be
// enforced. With a listener of its own the program could do without these
// answers once this process is gone, so that alone stays refused.
func (s *supervision) letPass(c *supervisor.Call) supervisor.Answer {
	if refused := policy.Guard(s.policy).Decide(&c.Call).Action; refused.Kind == typed.Errno {
		return supervisor.Errno(refused.Data)
	}
	return supervisor.Continue()
}

// lastCalls is how long the last answers may take once the program and all that
// it started have ended. They are out by then, unless the kernel still counts a
// zombie of somebody else's.
const lastCalls = 200 * time.Millisecond

// end waits until the last calls are answered and told of, and returns what was
// denied.
func (s *supervision) end() supervisor.Summary {
	if s == nil {
		return supervisor.Summary{}
	}
	select {
	case <-s.served:
	case <-time.After(lastCalls):
	}
	all := s.denials.Summary()
	s.reporter.finish()
	return all
}

// tell tells at the end of a run what was denied in all.
func (s *supervision) tell(out *outcomeJSON, all *supervisor.Summary) {
	if s == nil {
		return
	}
	out.Unlisted = all.Unkept
	s.reporter.conclude(out.Ended.ExitCode != 0, all)
	s.reporter.complete(out, all)
}
