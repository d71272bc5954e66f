package policy

import (
	"strings"

	"sandbox/policy/typed"
)

// A SourceKind says where something in a policy was written.
type SourceKind uint8

// The kinds of sources.
const (
	Nowhere       SourceKind = iota // nobody wrote it
	InFile                          // in a file, by the name of which it can be edited
	InPipe                          // in a pipe, or what a descriptor was open on, as standard input
	InProfile                       // in a shipped profile
	OnCommandLine                   // in a rule given by -e
)

// Names of sources that are no files begin so, and those of files do not.
const (
	profilePrefix = "profile:"
	commandPrefix = "-e "
)

// fileName returns the name in positions of the file at a path.
func fileName(path string) string {
	if strings.HasPrefix(path, profilePrefix) || strings.HasPrefix(path, commandPrefix) {
		return "./" + path
	}
	return path
}

// SourceKind returns the kind of the source that a position is in.
func (p *Policy) SourceKind(at typed.Position) SourceKind {
	if strings.HasPrefix(at.File, commandPrefix) {
		return OnCommandLine
	}
	for _, f := range p.files {
		if f.source.Name == at.File {
			return f.kind()
		}
	}
	return Nowhere
}

// SourceKind returns the kind of what the layer is named for. The guard's is
// Nowhere.
func (l *Layer) SourceKind() SourceKind { return l.top.kind() }

func (f *file) kind() SourceKind {
	switch {
	case f.source.Name == "":
		return Nowhere
	case f.profile:
		return InProfile
	case f.pipe || namesDescriptor(f.source.Name):
		return InPipe
	}
	return InFile
}

// namesDescriptor reports whether a path is that of a descriptor of this process
// (proc(5), /proc/pid/fd): what is behind it has another name, or none.
func namesDescriptor(path string) bool {
	return path == "/dev/stdin" || strings.HasPrefix(path, "/dev/fd/") || strings.HasPrefix(path, "/proc/self/fd/")
}

// IsCommandLine reports whether a filter was given by -e.
func IsCommandLine(f *typed.Filter) bool { return strings.HasPrefix(f.At.File, commandPrefix) }
