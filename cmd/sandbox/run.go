package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"syscall"

	"sandbox/internal/amend"
	"sandbox/launcher"
	"sandbox/launcher/supervisor"
	"sandbox/policy"
)

func runVerb() *verb {
	return &verb{
		name:     "run",
		operands: "[--] COMMAND [ARGUMENT]...",
		brief:    "run a program under policies, and say what they deny",
		about: `The program and all that it starts are held to the policies. What is denied is
reported on standard error: who made the call, the rule that denies it, and the
rule that would allow it. Calls that are alike are reported once, and those that
fail as if the kernel did not have them, with ENOSYS or EAFNOSUPPORT, only if the
program fails. --quiet keeps silent; --report and --status-fd tell of everything,
in JSON. Signals are passed on to the program, and its exit code is handed back.
If a kill rule ends it, the rules that could have done so are named. Several
policies intersect: the most restrictive action is taken. Descriptors from 3 on
are closed. What the program leaves behind is ended with it. After --timeout the
exit code is 124.

--audit enforces nothing: what the policies refuse is reported, and happens.`,
		examples: []example{
			{"no network", "sandbox run -p offline -- curl http://example.org/"},
			{"a program that was compiled before, and is proved already", "sandbox run --program app.sandbox -- ./app"},
			{"with a bound on its time and its memory", "sandbox run -p compute --timeout 1m --rlimit as=2G -- ./solve"},
			{"a rule of the moment on top", "sandbox run -p baseline -e 'errno(EPERM) mkdir, mkdirat' -- make"},
			{"what would this policy deny", "sandbox run -p app.toml --audit --report denied.json -- ./app"},
		},
		operand: commandOperand,
		starts:  true,
		prepare: prepareRun,
	}
}

func prepareRun(options *flag.FlagSet) action {
	var r running
	r.launch.declare(options)
	r.timeout.declare(options)
	r.reports.declare(options)
	return func(u *ui, operands []string) error {
		quitPlainly()
		r.ui, r.said = u.standardError()
		r.how = r.launcherOptions()
		r.how.Forward, r.how.KeepRunning = true, r.timeout.after != 0
		return r.concluded(r.run(operands))
	}
}

// running is one execution of run.
type running struct {
	*ui
	said *outlet // where ui writes
	launch
	timeout timeout
	reports reportOptions
	how     launcher.Options

	guarded *policy.Policy // what is decided; nil where nothing is supervised
	lost    string         // why nothing is, although it was to be
	file    *os.File       // of --report; nil: none
	status  *statusLines   // nil: none
}

func (r *running) run(operands []string) error {
	if err := r.check(); err != nil {
		return err
	}
	r.installed = (*policy.Policy).Guarded
	if r.reports.wanted() {
		r.installed = r.supervise
	}
	s, err := r.ready("run", operands)
	if err != nil {
		return err
	}
	if r.file, err = r.reports.open(r.ui, r.needs(s)); err != nil {
		return err
	}
	// The program could use up what this process needs to answer it.
	if err := supervisor.ReserveThreads(); err != nil {
		return fail("nothing was started: %v", err).
			hinted("raise the limit on processes (ulimit -u, pids.max of a cgroup, --pids-limit of a container), or have fewer of them")
	}
	process, err := r.start(s)
	if err != nil {
		return s.notStarted(err)
	}
	r.forget(s)
	return r.conduct(s, process)
}

// check refuses what cannot be done together, before anything is.
func (r *running) check() error {
	if err := r.timeout.check(); err != nil {
		return err
	}
	if r.reports.status.given {
		if err := checkPassed(r.reports.status.fd); err != nil {
			return misuse("--status-fd %d: %v", r.reports.status.fd, err)
		}
		if keep, err := r.descriptors(); err == nil && slices.Contains(keep, r.reports.status.fd) {
			return misuse("--status-fd %d: with --keep-fd %[1]d the program could write such lines itself", r.reports.status.fd)
		}
		r.status = newStatusLines(r.reports.status.fd)
	}
	if option := r.reports.needed(); option != "" && r.launch.program != "" && len(r.policies) == 0 {
		return misuse("%s needs the policies: a compiled program does not say why it denies", option).
			hinted("give them as well: -p POLICY --program %s", shellQuoted(r.launch.program))
	}
	if err := r.reports.check(); err != nil {
		return err
	}
	return r.reports.resolve()
}

// needs returns the files that the start is made from.
func (r *running) needs(s *start) []string {
	files := []string{s.command.Path}
	if r.launch.program != "" {
		files = append(files, r.reports.from(r.launch.program))
	}
	if s.loaded != nil {
		for _, source := range s.loaded.Sources {
			files = append(files, r.reports.from(source.Name))
		}
	}
	return files
}

// supervise returns what is installed where this process answers.
func (r *running) supervise(loaded *policy.Policy) *policy.Policy {
	r.guarded = loaded.Guarded()
	if r.reports.audit {
		return r.guarded.Audited()
	}
	return r.guarded.Supervised()
}

// start starts the program; without a listener, if none is to be had and
// nothing depends on it.
func (r *running) start(s *start) (*launcher.Process, error) {
	how := r.how
	how.Listen = r.guarded != nil
	if how.Listen {
		if err := supervisor.Check(); err != nil {
			return r.startUnheard(s, fail("no listener for denied calls can be served here: %v", err).
				hinted("if a filter around this process denies or fakes that, as in a container, that filter has to allow it"))
		}
	}
	process, err := launcher.Start(s.program, s.command, how)
	if errors.Is(err, launcher.ErrNoListener) {
		return r.startUnheard(s, asFailure(err))
	}
	if err == nil && r.reports.audit {
		r.sayAudit()
	}
	return process, err
}

// startUnheard starts the program where there is no listener, for which it gets
// the reason. The kernel denies by itself then.
func (r *running) startUnheard(s *start, why *failure) (*launcher.Process, error) {
	r.lost = why.message
	switch {
	case r.reports.audit:
		why.message = "--audit needs to be asked about what is denied: " + r.lost
		return nil, why
	case r.reports.required:
		why.message = "denied calls cannot be reported: " + r.lost
		return nil, why
	}
	r.guarded, r.installed = nil, (*policy.Policy).Guarded
	var err error
	if s.program, err = r.proved(s.loaded); err != nil {
		return nil, err
	}
	process, err := launcher.Start(s.program, s.command, r.how)
	if err == nil && !r.reports.quiet {
		r.say("what is denied cannot be reported: %s", r.lost)
	}
	return process, err
}

// conduct sees the program to its end, and tells of it.
func (r *running) conduct(s *start, process *launcher.Process) error {
	answers, err := r.listen(process)
	if err != nil {
		_ = process.Signal(syscall.SIGKILL)
		_, _ = process.Wait()
		return fail("%v, so the program was killed when it had begun to run", err)
	}
	out := r.began(s, process)
	answers.begin()
	end := r.timeout.watch(process)
	status, err := process.Wait()
	over := end()
	all := answers.end()
	if err != nil {
		out.Ended = endedJSON{ExitCode: exitFailed, Error: asFailure(err).Error(), Denied: all.Count}
	} else {
		out.Ended = newEnded(process, status, over, all.Count)
		r.sayEnd(s, process, status, over)
		err = exitStatus{out.Ended.ExitCode, status.Signal()}
	}
	answers.tell(&out, &all)
	r.deliver(&out)
	return err
}

// began returns what is known of a run when its program runs, and tells those who
// wait for it in JSON.
func (r *running) began(s *start, process *launcher.Process) outcomeJSON {
	out := outcomeJSON{
		Command: s.command.Args,
		Process: process.Pid(),
		Tree:    process.Tree().String(),
		Reports: r.guarded != nil,
		Lost:    r.lost,
		Audit:   r.reports.audit,
		Denials: []denialJSON{},
		Totals:  []totalJSON{},
	}
	if r.status != nil {
		r.status.write(startedJSON{"started", out.Process, out.Tree, out.Reports, out.Lost, out.Audit})
	}
	return out
}

// deliver tells of the end to those who wait for it in JSON.
func (r *running) deliver(out *outcomeJSON) {
	if r.status != nil {
		ended := out.Ended
		ended.Event, ended.Unlisted = "exited", out.Unlisted
		r.status.write(ended)
	}
	if r.file != nil {
		raiseFileSize()
		if err := writeOutcome(r.file, out, r.timeout.patience()); err != nil {
			r.tell(asFailure(err))
		}
	}
	if r.status != nil {
		if err := r.status.finish(r.timeout.patience()); err != nil {
			r.tell(asFailure(err))
		}
	}
}

// concluded says why a run failed, if it did, and waits for who reads that. It
// returns what is left to be told.
func (r *running) concluded(err error) error {
	var status exitStatus
	if err != nil && !errors.As(err, &status) {
		f := asFailure(err)
		r.tell(f)
		err = &failure{code: f.code}
	}
	_ = r.said.finish(r.timeout.patience())
	return err
}

// listen prepares the answers to denied calls; there is nothing to prepare if
// nothing is supervised.
func (r *running) listen(process *launcher.Process) (*supervision, error) {
	if r.guarded == nil {
		return nil, nil
	}
	native, err := nativeABI()
	if err != nil {
		return nil, err
	}
	// The program runs: once() was true, and is so of no other call.
	decides := r.guarded.OnceOver()
	return newSupervision(decides, process.Listener(), process.Proc(), &reporter{
		ui:      r.ui,
		policy:  decides.Typed,
		adviser: amend.New(r.guarded, native.Machine()),
		audit:   r.reports.audit,
		quiet:   r.reports.quiet,
		keep:    r.file != nil,
		status:  r.status,
	})
}

// sayAudit says that nothing is enforced, whatever is quiet.
func (r *running) sayAudit() {
	r.say("audit: NOTHING IS ENFORCED, what the policies refuse is reported and happens")
	r.hint("policies are held against registers only, as always; leave out --audit to enforce them")
}

// sayEnd says how the program ended, if that needs words, and what with it.
func (r *running) sayEnd(s *start, process *launcher.Process, status launcher.Status, over bool) {
	program := fmt.Sprintf("%s (process %d)", plain(s.command.Path), process.Pid())
	switch {
	case over:
		r.say("%s was ended: its time, %s, was over", program, r.timeout.after.String())
		return
	case status.Killed():
		r.sayWhoKills(s, program+" was ended by SIGSYS")
	case r.reports.quiet || r.reports.audit:
	case process.KilledOrphans() > 0:
		r.sayWhoKills(s, killedOrphans(process.KilledOrphans(), program))
	case tellsOfSIGSYS(status.Code()):
		r.sayWhoKills(s, fmt.Sprintf("%s ended with %d, which tells of a process that was ended by SIGSYS", program, status.Code()))
	}
	if !r.reports.quiet && status.Signal() == 0 {
		r.sayDaemons(program, process.Daemons())
	}
}
