package policy

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"sandbox/internal/diag"
	"sandbox/policy/check"
)

// A reference is the name of a policy and where it was written.
type reference struct {
	name string
	at   diag.Span // in "extends"; zero: on the command line
	from *file     // the file that extends; nil: the command line
}

// load returns the file that a reference means, read and with all that it
// extends, or nil if it cannot be had, which is reported.
func (l *loader) load(r reference) *file {
	if r.name == "" {
		l.list.Reportf(diag.NoPolicy, r.at, "the name of a policy is empty").
			Hintf("give a file, or a shipped profile%s", l.profileList(": "))
		return nil
	}
	if isProfileName(r.name) {
		return l.profile(r)
	}
	if r.from != nil && r.from.profile {
		l.list.Reportf(diag.UnknownProfile, r.at, "a shipped profile extends only shipped profiles, not the file %s", r.name)
		return nil
	}
	return l.file(r)
}

// isProfileName reports whether a name is that of a shipped profile: anything
// that does not look like a file.
func isProfileName(name string) bool {
	return !strings.Contains(name, "/") && !strings.HasSuffix(name, ".toml")
}

func (l *loader) profile(r reference) *file {
	id := identity{path: profilePrefix + r.name}
	if f := l.known(id); f != nil {
		return l.again(f, r)
	}
	text, ok := "", false
	if l.request.Profile != nil {
		text, ok = l.request.Profile(r.name)
	}
	if !ok {
		l.unknownProfile(r)
		return nil
	}
	f := &file{id: id, profile: true, source: &diag.Source{Name: id.path, Text: text}}
	return l.parse(f, r)
}

func (l *loader) file(r reference) *file {
	path := r.name
	if r.from != nil && !filepath.IsAbs(path) {
		path = filepath.Join(r.from.base, path)
	}
	h, err := l.open(path)
	if err != nil {
		l.unreadable(r, path, err)
		return nil
	}
	defer h.done()
	if f := l.known(h.id); f != nil {
		l.ways = append(l.ways, way{path, f})
		return l.again(f, r)
	}
	text, err := h.read()
	if err == nil && text == "" {
		err = errEmpty
	}
	if err != nil {
		l.unreadable(r, path, err)
		return nil
	}
	f := &file{id: h.id, pipe: h.pipe, base: filepath.Dir(path), source: &diag.Source{Name: fileName(path), Text: text}}
	if h.pipe {
		f.base = "."
	}
	l.ways = append(l.ways, way{path, f})
	return l.parse(f, r)
}

// unreadable reports a file that cannot be read.
func (l *loader) unreadable(r reference, path string, err error) {
	d := l.list.Reportf(diag.UnreadablePolicy, r.at, "cannot read the policy %s: %s", path, reasonOf(err))
	if errors.Is(err, fs.ErrNotExist) && !l.hintSeveral(d, r) {
		l.hintNear(d, path)
	}
	base := strings.TrimSuffix(filepath.Base(path), ".toml")
	if slices.Contains(l.request.ProfileNames, base) {
		d.Hintf("the shipped profile is called %s", base)
	}
	if r.from != nil && !filepath.IsAbs(r.name) && errors.Is(err, fs.ErrNotExist) {
		d.Hintf("the names of files are relative to the file that extends them")
	}
	if err == errEmpty {
		d.Hintf("a policy begins with version = 1")
	}
}

func (l *loader) known(id identity) *file {
	for _, f := range l.files {
		if f.id == id {
			return f
		}
	}
	return nil
}

// again returns a file that was reached before, unless that was on the way
// here.
func (l *loader) again(f *file, r reference) *file {
	if !f.loading {
		return f
	}
	var circle strings.Builder
	from := slices.Index(l.stack, f)
	for _, on := range l.stack[from:] {
		circle.WriteString(on.source.Name)
		circle.WriteString(" -> ")
	}
	circle.WriteString(f.source.Name)
	l.list.Reportf(diag.ExtendsCircle, r.at, "policies extend each other in a circle: %s", circle.String()).
		Hintf("put what both need into a file that extends neither")
	return nil
}

// maxFiles bounds how many files a request may reach.
const maxFiles = 256

// parse reads a file's text and the files that it extends.
func (l *loader) parse(f *file, r reference) *file {
	if len(l.files) == maxFiles {
		l.list.Reportf(diag.TooManyFiles, r.at, "the policies extend more than %d files", maxFiles)
		return nil
	}
	f.via = r
	l.files = append(l.files, f)
	l.sources = append(l.sources, f.source)
	l.stack = append(l.stack, f)
	f.loading = true
	f.scope = new(check.Scope)

	root, problems := parseDocument(f.source)
	l.list = append(l.list, problems...)
	if problems.Failed() {
		f.broken = true // what the rest would say is not worth much
	} else {
		reader := reader{file: f, list: &l.list}
		if extends := reader.read(root); extends != nil {
			names := reader.texts(extends, `extends = ["baseline"]`)
			f.broken = f.broken || names == nil
			l.extend(f, names)
		}
	}
	f.loading = false
	l.stack = l.stack[:len(l.stack)-1]
	return f
}

// extend loads the files that f extends.
func (l *loader) extend(f *file, names []value) {
	for _, name := range names {
		extended := l.load(reference{name: name.text.String, at: name.at, from: f})
		if extended == nil {
			f.broken = true
			continue
		}
		if slices.Contains(f.extends, extended) {
			l.list.Reportf(diag.ExtendedTwice, name.at, "%s is extended twice, which counts once", extended.source.Name)
			continue
		}
		f.extends = append(f.extends, extended)
		l.list = append(l.list, f.scope.Include(extended.scope)...)
	}
}

// maxVia is how many steps to a file are shown.
const maxVia = 8

// addVia adds to the first of the diagnostics about each file that other files
// extend, how it was reached. The diagnostics about a file must follow each
// other.
func addVia(files []*file, list diag.List) {
	for i := range list {
		source := list[i].Span.Source
		if i > 0 && list[i-1].Span.Source == source {
			continue
		}
		at := slices.IndexFunc(files, func(f *file) bool { return f.source == source })
		if at < 0 {
			continue
		}
		for f, n := files[at], 0; f.via.from != nil && n < maxVia; f, n = f.via.from, n+1 {
			list[i].Notef(f.via.at, "%s is extended here", f.source.Name)
		}
	}
}

// inOrder returns a file and those that it extends in the order in which their
// rules are asked: depth first, left to right, each where it comes first.
func (f *file) inOrder() []*file {
	return f.appendInOrder(nil)
}

func (f *file) appendInOrder(files []*file) []*file {
	if slices.Contains(files, f) {
		return files
	}
	files = append(files, f)
	for _, extended := range f.extends {
		files = extended.appendInOrder(files)
	}
	return files
}
