package survey

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"sandbox/arch"
)

// A place is where the survey looks. Tests put another one in the place of the
// real one.
type place struct {
	root    string                       // before every path
	getenv  func(string) string          // the environment
	attempt func(*script) outcome        // tries system calls
	filters func() (known bool, _ error) // reads the filters of a process: see readFilters

	release  string
	version  arch.Version // of release
	findings []Finding
}

// Examine surveys the place that this process is in. It sets the soft limit on
// core dumps of this process to 0: children that a filter kills shall leave
// none.
func Examine() *Report {
	var core unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_CORE, &core) == nil && core.Cur != 0 {
		core.Cur = 0
		_ = unix.Setrlimit(unix.RLIMIT_CORE, &core) // a core file would be a nuisance, no more
	}
	p := &place{getenv: os.Getenv, attempt: (*script).run, filters: readFilters}
	return p.examine()
}

func (p *place) examine() *Report {
	p.askRelease()
	p.examineFilters()
	p.examineReports()
	p.examineTree()
	p.examineEntries()
	p.examineSurroundings()
	p.examineDeputies()
	return &Report{Release: p.release, Findings: p.findings}
}

func (p *place) add(f Finding) { p.findings = append(p.findings, f) }

// read returns a file's text without the white space around it, or "" if it
// cannot be read.
func (p *place) read(path string) string {
	text, err := os.ReadFile(p.root + path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

func (p *place) exists(path string) bool {
	_, err := os.Stat(p.root + path)
	return err == nil
}

// status returns a value of /proc/self/status, or "".
func (p *place) status(name string) string {
	for line := range strings.Lines(p.read("/proc/self/status")) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// writable reports whether this process may write a file.
func (p *place) writable(path string) bool {
	var s script
	s.call(unix.SYS_FACCESSAT, at(unix.AT_FDCWD), s.text(p.root+path), unix.W_OK)
	o := p.attempt(&s)
	return o.made(0) && o.results[0].errno == 0
}

// askRelease asks which kernel runs.
func (p *place) askRelease() {
	var s script
	s.call(unix.SYS_UNAME, s.shared())
	o := p.attempt(&s)
	if !o.made(0) || o.results[0].errno != 0 {
		p.release = p.read("/proc/sys/kernel/osrelease")
	} else {
		const field = 65 // bytes of each string in struct new_utsname
		name, _, _ := strings.Cut(string(o.shared[2*field:3*field]), "\x00")
		p.release = name
	}
	p.version = versionOf(p.release)
}

// versionOf returns the version in a release such as "6.18.44-generic", zero
// if there is none.
func versionOf(release string) arch.Version {
	end := 0
	for dots := 0; end < len(release); end++ {
		c := release[end]
		if c == '.' {
			dots++
		}
		if c != '.' && (c < '0' || c > '9') || dots == 2 {
			break
		}
	}
	v, _ := arch.ParseVersion(release[:end])
	return v
}

// has reports whether the running kernel is of a release or newer.
func (p *place) has(since string) bool {
	v, ok := arch.ParseVersion(since)
	return ok && p.version >= v
}
