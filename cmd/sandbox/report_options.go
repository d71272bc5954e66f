package main

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strconv"
)

// reportOptions are the options of run that say what is told of denied calls,
// and to whom.
type reportOptions struct {
	quiet    bool
	audit    bool
	required bool
	file     filled
	status   statusOption
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

// resolve makes the name of the report's file independent of --chdir.
func (o *reportOptions) resolve() error {
	if o.file == "" {
		return nil
	}
	path, err := filepath.Abs(string(o.file))
	if err != nil {
		return fail("cannot write the report %s: %v", shellQuoted(string(o.file)), reason(err))
	}
	o.file = filled(path)
	return nil
}

// open opens the file of the report before anything is started: it is emptied
// when the report is written.
func (o *reportOptions) open() (*os.File, error) {
	if o.file == "" {
		return nil, nil
	}
	f, err := os.OpenFile(string(o.file), os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fail("cannot write the report %s: %v", shellQuoted(string(o.file)), reason(err))
	}
	return f, nil
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
