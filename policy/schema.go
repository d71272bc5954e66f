package policy

import (
	"slices"
	"strings"

	"sandbox/arch"
	"sandbox/internal/diag"
)

// formatVersion is the one version of the policy format.
const formatVersion = 1

// The keys of a policy file and of a rule, in the order in which the
// documentation has them.
var (
	fileKeys = []string{"version", "extends", "abi", "kernel", "unknown", "default", "budget", "accept", "const", "set", "func", "rule", "test"}
	ruleKeys = []string{"name", "action", "reason", "abi", "accept", "filters"}
	testKeys = []string{"name", "call", "want", "rule", "abi"}
)

// firstKernel is the first release with seccomp filters (seccomp(2)).
const firstKernel arch.Version = 3<<8 | 5

// A reader turns a file's tables into a file, and collects what is wrong.
type reader struct {
	file    *file
	list    *diag.List
	written int // how many filters were read
}

// read reads the keys of a document, and returns the entry of "extends".
func (r *reader) read(root *table) (extends *entry) {
	var consts, sets, functions, rules *entry
	version := false
	for i := range root.entries {
		e := &root.entries[i]
		switch e.key {
		case "version":
			version = true
			r.version(e)
		case "extends":
			extends = e
		case "abi":
			r.abi(e)
		case "kernel":
			r.kernel(e)
		case "budget":
			r.budget(e)
		case "accept":
			r.file.accepts = r.accepts(e)
		case "unknown":
			r.action(e, &r.file.own.unknown)
		case "default":
			r.action(e, &r.file.own.fallback)
		case "const":
			consts = e
		case "set":
			sets = e
		case "func":
			functions = e
		case "rule":
			rules = e
		case "test":
			r.tests(e)
		default:
			r.unknownKey(e, "a policy", fileKeys)
			r.file.broken = true // it may stand for what is missing
		}
	}
	if !version {
		r.missingVersion(root)
	}
	// Names are defined before they are used, wherever they stand.
	if consts != nil {
		r.constants(consts)
	}
	if sets != nil {
		r.sets(sets)
	}
	if functions != nil {
		r.functions(functions)
	}
	if rules != nil {
		r.rules(rules)
	}
	return extends
}

func (r *reader) version(e *entry) {
	n, ok := e.value.integer()
	switch {
	case e.value.kind != integerKind:
		r.wrongKind(e, "the integer 1", "version = 1")
	case !ok || n != formatVersion:
		r.list.Reportf(diag.UnknownVersion, e.value.at, "version %s of the policy format is not known here", written(e.value.at)).
			Hintf("this program reads version = 1")
	}
}

func (r *reader) missingVersion(root *table) {
	at := diag.Span{Source: r.file.source}
	message := "the policy has no version"
	if len(root.entries) == 0 {
		message = "the policy is empty"
		r.file.broken = true // and lacks everything else too
	}
	r.list.Reportf(diag.MissingVersion, at, "%s", message).Hintf("a policy begins with version = 1")
}

// unknownKey reports a key that does not belong where it stands.
func (r *reader) unknownKey(e *entry, where string, allowed []string) {
	d := r.list.Reportf(diag.UnknownKey, e.at, "unknown key %q", e.key)
	if meant := keyMeant(e.key, allowed); meant != "" {
		d.Hintf("did you mean %s?", meant)
	}
	d.Hintf("%s has the keys %s", where, strings.Join(allowed, ", "))
}

// otherKeys are what other formats call what these keys hold. A key of a name
// may stand in several tables.
var otherKeys = [...]struct{ name, key string }{
	{"arch", "abi"},
	{"architectures", "abi"},
	{"calls", "filters"},
	{"defaultAction", "default"},
	{"default_action", "default"},
	{"default-action", "default"},
	{"effect", "action"},
	{"expect", "want"},
	{"expected", "want"},
	{"include", "extends"},
	{"inherit", "extends"},
	{"inherits", "extends"},
	{"match", "filters"},
	{"names", "filters"},
	{"result", "want"},
	{"syscall", "call"},
	{"syscalls", "rule"},
	{"syscalls", "filters"},
	{"verdict", "action"},
	{"vars", "const"},
}

// keyMeant returns the key that was probably meant by one that is unknown, or
// "".
func keyMeant(key string, allowed []string) string {
	for _, other := range otherKeys {
		if other.name == key && slices.Contains(allowed, other.key) {
			return other.key
		}
	}
	near, _ := diag.Nearest(key, slices.Values(allowed))
	return near
}

// wrongKind reports a value of the wrong TOML type.
func (r *reader) wrongKind(e *entry, want, example string) {
	r.list.Reportf(diag.WrongKind, e.value.at, "%s must be %s, this is %s", e.key, want, e.value.kind).Hintf("write %s", example)
}

// text returns the string of a key.
func (r *reader) text(e *entry, example string) (diag.Text, bool) {
	if e.value.kind != stringKind {
		r.wrongKind(e, "a string", example)
		return diag.Text{}, false
	}
	return e.value.text, true
}

// texts returns the values of a key that holds an array of strings, which may
// not be empty.
func (r *reader) texts(e *entry, example string) []value {
	if e.value.kind != arrayKind {
		if e.value.kind == stringKind && !strings.Contains(written(e.value.at), "\n") {
			example = e.key + " = [" + written(e.value.at) + "]"
		}
		r.wrongKind(e, "an array of strings", example)
		return nil
	}
	if len(e.value.elements) == 0 {
		r.list.Reportf(diag.EmptyList, e.value.at, "%s is empty", e.key).Hintf("write %s", example)
		return nil
	}
	good := make([]value, 0, len(e.value.elements))
	for i := range e.value.elements {
		v := &e.value.elements[i]
		if v.kind != stringKind {
			r.list.Reportf(diag.WrongKind, v.at, "%s must be an array of strings, this is %s", e.key, v.kind).Hintf("write %s", example)
			continue
		}
		good = append(good, *v)
	}
	return good
}

// abis reads an array of ABI names and where each stands. Where names are
// unknown the ABIs that were probably meant come last, for what depends on them
// to be checked in the same run.
func (r *reader) abis(e *entry) (abis []arch.ABI, at []diag.Span) {
	var meant []arch.ABI
	for _, v := range r.texts(e, `abi = ["x86_64"]`) {
		abi, ok := arch.ParseABI(v.text.String)
		switch {
		case !ok:
			if abi := r.unknownABI(v); abi != 0 {
				meant = append(meant, abi)
			}
		case slices.Contains(abis, abi):
			r.list.Reportf(diag.GivenTwice, v.at, "%s is given twice", abi).Notef(at[slices.Index(abis, abi)], "first given here")
		default:
			abis, at = append(abis, abi), append(at, v.at)
		}
	}
	for _, abi := range meant {
		if !slices.Contains(abis, abi) {
			abis, at = append(abis, abi), append(at, diag.Span{})
		}
	}
	return abis, at
}

// unknownABI reports the name of no ABI, and returns the ABI that was probably
// meant, or 0.
func (r *reader) unknownABI(v value) (meant arch.ABI) {
	name := v.text.String
	d := r.list.Reportf(diag.UnknownABI, v.at, "unknown ABI %q", name)
	if name == "x32" {
		d.Hintf("x32 calls are always refused")
		return 0
	}
	meant, ok := arch.ByOtherName(name)
	if !ok {
		if near, ok := diag.Nearest(name, abiNames); ok {
			meant, _ = arch.ParseABI(near)
		}
	}
	if meant != 0 {
		d.Hintf("did you mean %s?", meant)
	}
	d.Hintf("ABIs are %s", joinABIs(arch.ABIs()))
	return meant
}

func abiNames(yield func(string) bool) {
	for _, abi := range arch.ABIs() {
		if !yield(abi.String()) {
			return
		}
	}
}

// joinABIs lists ABIs for a message.
func joinABIs(abis []arch.ABI) string {
	names := make([]string, len(abis))
	for i, abi := range abis {
		names[i] = abi.String()
	}
	return strings.Join(names, ", ")
}

func (r *reader) abi(e *entry) {
	abis, _ := r.abis(e)
	if len(abis) == 0 {
		return
	}
	slices.Sort(abis)
	r.file.own.abi = setting[[]arch.ABI]{abis, e.value.at}
}

func (r *reader) budget(e *entry) {
	n, ok := e.value.integer()
	switch {
	case e.value.kind != integerKind:
		r.wrongKind(e, "an integer", "budget = 64")
	case !ok || n < 0 || n > bpfMaxInstructions:
		r.list.Reportf(diag.BadBudget, e.value.at, "a budget is 0 to %d tests", bpfMaxInstructions).
			Labelf("a program has at most %d instructions", bpfMaxInstructions)
	default:
		r.file.own.budget = setting[int]{int(n), e.value.at}
	}
}

// bpfMaxInstructions is BPF_MAXINSNS of linux/bpf_common.h.
const bpfMaxInstructions = 4096

func (r *reader) kernel(e *entry) {
	if e.value.kind == floatKind || e.value.kind == integerKind {
		r.wrongKind(e, "a string", `kernel = "`+written(e.value.at)+`"`)
		return
	}
	text, ok := r.text(e, `kernel = "6.1"`)
	if !ok {
		return
	}
	version, ok := arch.ParseVersion(text.String)
	if !ok {
		d := r.list.Reportf(diag.BadKernel, e.value.at, "%q is no kernel release", text.String)
		if release, ok := stableRelease(text.String); ok {
			d.Hintf(`write kernel = "%s": system calls come with releases of two numbers`, release)
		} else {
			d.Hintf(`write kernel = "6.1", for example`)
		}
		return
	}
	switch {
	case version < firstKernel:
		r.list.Reportf(diag.BadKernel, e.value.at, "kernel %s has no seccomp filters, which came with %s", version, firstKernel)
		return
	case version > arch.Latest():
		r.list.Notef(e.value.at, "the tables of this program end with kernel %s, calls of later ones count as unknown", arch.Latest())
	}
	r.file.own.kernel = setting[arch.Version]{version, e.value.at}
}

// stableRelease returns the release that a version such as "6.1.2" or
// "6.1-rc3" belongs to.
func stableRelease(text string) (arch.Version, bool) {
	major, rest, _ := strings.Cut(text, ".")
	end := 0
	for end < len(rest) && '0' <= rest[end] && rest[end] <= '9' {
		end++
	}
	return arch.ParseVersion(major + "." + rest[:end])
}

func (r *reader) action(e *entry, into *setting[action]) {
	text, ok := r.text(e, e.key+` = "errno(EPERM)"`)
	if !ok {
		r.file.broken = true
		return
	}
	a, ok := parseAction(text, r.list)
	if !ok {
		r.file.broken = true
		return
	}
	*into = setting[action]{a, e.value.at}
}

// written returns a span's text.
func written(at diag.Span) string { return at.Source.Text[at.Start:at.End] }
