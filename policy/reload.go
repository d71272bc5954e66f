package policy

import (
	"io/fs"

	"sandbox/arch"
	"sandbox/internal/diag"
)

// A way is a path that led to a file. There may be several to one.
type way struct {
	path string
	file *file
}

// Reload loads the policies once more as they were read, with other rules of the
// command line, and for other ABIs if any are given (see [Request]). No file is
// read again: it may be another by now, a pipe is empty, and relative paths start
// from where the process is. The policy is nil if the list has an error.
func (p *Policy) Reload(rules []string, abis []arch.ABI) (*Policy, diag.List) {
	request := p.request
	request.Rules = rules
	if len(abis) > 0 {
		request.ABIs = abis
	}
	l := &loader{request: &request, earlier: p}
	return l.policy()
}

// Rules returns the rules of the command line that the policy was loaded with.
func (p *Policy) Rules() []string { return p.request.Rules }

// reopen returns the file that was opened by a path when the policies were read.
func (l *loader) reopen(path string) (handle, error) {
	for _, w := range l.earlier.ways {
		if w.path == path {
			return handle{
				id:   w.file.id,
				pipe: w.file.pipe,
				read: func() (string, error) { return w.file.source.Text, nil },
				done: func() {},
			}, nil
		}
	}
	return handle{}, fs.ErrNotExist
}
