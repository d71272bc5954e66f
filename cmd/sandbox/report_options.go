package main

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// reportOptions are the options of run that say what is told of denied calls,
// and to whom.
type reportOptions struct {
	quiet    bool
	audit    bool
	required bool
	file     filled
	status   statusOption

	directory string // where the names of files are the user's
}

func (o *reportOptions) declare(options *flag.FlagSet) {
	declareSwitch(options, &o.quiet, "q", "quiet", "do not say on standard error what is denied")
	options.BoolVar(&o.audit, "audit", false, "enforce nothing: report what the policies refuse, and let it pass")
	options.BoolVar(&o.required, "require-reports", false, "start nothing where denied calls cannot be reported")
	options.Var(&o.file, "report", "write all that was denied into `FILE` at the end, in JSON")
	options.Var(&o.status, "status-fd", "tell of the start, of what is denied and of the end on descriptor `N`, in lines of JSON")
}

// wanted reports whether somebody is to be told of denied calls. If nobody is,
// the kernel refuses them by itself.
func (o *reportOptions) wanted() bool {
	return !o.quiet || o.audit || o.required || o.file != "" || o.status.given
}

// needed returns the option that makes no sense without reports, or "".
func (o *reportOptions) needed() string {
	switch {
	case o.audit:
		return "--audit"
	case o.required:
		return "--require-reports"
	case o.file != "":
		return "--report"
	}
	return ""
}

// check refuses what would tell nobody, and where nobody looks.
func (o *reportOptions) check() error {
	if o.file == "-" {
		return misuse("--report -: standard output is the program's").
			hinted("name a file, such as denied.json, or ./- for a file of that name").
			hinted("to have lines of JSON elsewhere as it happens: --status-fd 3 3>denied.jsonl")
	}
	if !o.quiet || o.file != "" || o.status.given {
		return nil
	}
	for _, option := range [...]struct {
		given bool
		name  string
	}{{o.audit, "--audit"}, {o.required, "--require-reports"}} {
		if option.given {
			return misuse("%s with --quiet would report to nobody", option.name).
				hinted("leave out --quiet, or say where reports go: --report FILE, --status-fd N")
		}
	}
	return nil
}

// resolve makes the name of the report's file independent of --chdir.
func (o *reportOptions) resolve() error {
	if o.file == "" {
		return nil
	}
	directory, err := os.Getwd()
	if err != nil {
		return fail("cannot write the report %s: %v", shellQuoted(string(o.file)), reason(err))
	}
	o.directory = directory
	o.file = filled(o.from(string(o.file)))
	return nil
}

// from returns a path that holds in any directory, for one that was given.
func (o *reportOptions) from(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(o.directory, path)
}

// open opens the file of the report before anything is started: it is emptied
// when the report is written. It must be none of those that the start needs.
func (o *reportOptions) open(u *ui, needed []string) (*os.File, error) {
	if o.file == "" {
		return nil, nil
	}
	const mode = os.O_WRONLY | os.O_CREATE
	f, err := os.OpenFile(string(o.file), mode|syscall.O_NONBLOCK, 0o644)
	if errors.Is(err, syscall.ENXIO) && isFIFO(string(o.file)) {
		u.say("the report %s is a FIFO that nobody reads: waiting for a reader", shellQuoted(string(o.file)))
		f, err = os.OpenFile(string(o.file), mode, 0o644)
	}
	if err != nil {
		return nil, fail("cannot write the report %s: %v", shellQuoted(string(o.file)), reason(err))
	}
	if what := o.overwrites(f, needed); what != "" {
		f.Close()
		return nil, fail("the report would overwrite %s", what).hinted("name another file, as --report denied.json")
	}
	return f, nil
}

func isFIFO(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&os.ModeNamedPipe != 0
}

// overwrites says what else a report's file is, or nothing.
func (o *reportOptions) overwrites(f *os.File, needed []string) string {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	is := func(other os.FileInfo, err error) bool { return err == nil && os.SameFile(info, other) }
	for _, path := range needed {
		if is(os.Stat(path)) {
			return shellQuoted(path) + ", which is a policy or a program of this start"
		}
	}
	switch {
	case is(os.Stdout.Stat()):
		return "what is written to standard output"
	case is(os.Stderr.Stat()):
		return "what is written to standard error"
	case o.status.given && is(os.Stat("/proc/self/fd/"+strconv.Itoa(o.status.fd))):
		return "the lines of --status-fd"
	}
	return ""
}

var errNoDescriptor = errors.New("this is not the number of a descriptor")

// A statusOption is the descriptor of --status-fd.
type statusOption struct {
	fd    int
	given bool
}

// String returns the number.
func (o *statusOption) String() string {
	if o == nil || !o.given {
		return ""
	}
	return strconv.Itoa(o.fd)
}

// Set reads the number of a descriptor that was passed to sandbox.
func (o *statusOption) Set(text string) error {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return errNoDescriptor
	}
	o.fd, o.given = int(n), true
	return nil
}
