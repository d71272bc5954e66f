package policy

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sandbox/internal/diag"
)

// unknownProfile reports a name that no shipped profile has, and says what was
// probably meant: several profiles, a file, or a profile of nearly that name.
func (l *loader) unknownProfile(r reference) {
	d := l.list.Reportf(diag.UnknownProfile, r.at, "unknown profile %q", r.name)
	if r.name == "-" {
		d.Hintf("to read a policy from standard input: /dev/stdin")
		return
	}
	if l.hintSeveral(d, r) {
		return
	}
	if near, ok := diag.Nearest(r.name, slices.Values(l.request.ProfileNames)); ok {
		d.Hintf("did you mean %s?", near)
	}
	for _, name := range [...]string{r.name + ".toml", r.name} {
		if l.isFile(r, name) {
			d.Hintf("there is such a file: write ./%s", name)
			return
		}
	}
	if names := l.profileList("shipped profiles are "); names != "" {
		d.Hintf("%s", names)
	}
	d.Hintf("for a file write ./%s", r.name)
}

// hintSeveral says how several policies are given, if a name is of several.
func (l *loader) hintSeveral(d *diag.Diagnostic, r reference) bool {
	names := l.severalPolicies(r.name)
	switch {
	case names == nil:
		return false
	case r.from == nil:
		d.Hintf("give each by itself: -p %s", strings.Join(names, " -p "))
	default:
		d.Hintf(`write each by itself: "%s"`, strings.Join(names, `", "`))
	}
	return true
}

// severalPolicies returns the names of policies that are written as one, with
// commas or spaces between them; nil if a name is something else.
func (l *loader) severalPolicies(written string) []string {
	names := strings.FieldsFunc(written, func(c rune) bool { return c == ',' || c == ' ' || c == '+' })
	for _, name := range names {
		if isProfileName(name) && !slices.Contains(l.request.ProfileNames, name) {
			return nil
		}
	}
	if len(names) < 2 {
		return nil
	}
	return names
}

// mostNear is how many names of a directory are looked at for one that was
// meant.
const mostNear = 1000

// hintNear says which file was probably meant by the path of one that is not
// there.
func (l *loader) hintNear(d *diag.Diagnostic, path string) {
	if l.request.ReadFile != nil {
		return // the names are not those of a directory
	}
	directory, err := os.Open(filepath.Dir(path))
	if err != nil {
		return
	}
	defer directory.Close()
	names, _ := directory.Readdirnames(mostNear)
	if near, ok := diag.Nearest(filepath.Base(path), slices.Values(names)); ok {
		d.Hintf("did you mean %s?", strings.TrimSuffix(path, filepath.Base(path))+near)
	}
}

// isFile reports whether a policy could be read from the file of a name.
func (l *loader) isFile(r reference, name string) bool {
	if r.from != nil {
		if r.from.profile {
			return false
		}
		name = filepath.Join(r.from.base, name)
	}
	h, err := l.open(name)
	if err != nil {
		return false
	}
	h.done()
	return true
}
