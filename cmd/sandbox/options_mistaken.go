package main

import (
	"errors"
	"flag"
	"slices"
	"strings"

	"sandbox/internal/diag"
)

// A missingValue is an option without its value. What follows it is the end of
// the options, or an option of the verb.
type missingValue struct{ option, next string }

// Error says so.
func (e *missingValue) Error() string { return "option " + dashed(e.option) + " needs a value" }

// valueless returns the first option that package flag would give another one,
// or the end of the options, as its value; nil if there is none.
func valueless(options *flag.FlagSet, args []string) *missingValue {
	for i := 0; i < len(args); i++ {
		name, hasValue, isOption := optionName(args[i])
		o := options.Lookup(name)
		if !isOption || o == nil {
			return nil // the first operand, the end, or a mistake of another kind
		}
		if single, ok := o.Value.(interface{ IsBoolFlag() bool }); hasValue || ok && single.IsBoolFlag() {
			continue
		}
		if i++; i == len(args) {
			return nil // package flag says so
		}
		next, _, follows := optionName(args[i])
		if args[i] == "--" || follows && options.Lookup(next) != nil {
			return &missingValue{name, args[i]}
		}
	}
	return nil
}

// optionName returns the name in an argument that is an option, and whether its
// value stands in the same argument.
func optionName(arg string) (name string, hasValue, isOption bool) {
	name, isOption = strings.CutPrefix(arg, "-")
	name, _, hasValue = strings.Cut(strings.TrimPrefix(name, "-"), "=")
	return name, hasValue, isOption && name != ""
}

// optionError says what is wrong with the options. Package flag tells its
// errors apart by their text only.
func (v *verb) optionError(options *flag.FlagSet, args []string, err error) error {
	var missing *missingValue
	if errors.As(err, &missing) {
		f := misuse("%s: %v", v.name, missing)
		if missing.next != "--" {
			f.hinted("a value that looks like an option is written %s=%s", dashed(missing.option), shellQuoted(missing.next))
		}
		return f.hinted("see 'sandbox %s --help'", v.name)
	}
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag needs an argument: -"); ok {
		return misuse("%s: %v", v.name, &missingValue{option: name}).hinted("see 'sandbox %s --help'", v.name)
	}
	if value, rest, ok := strings.Cut(text, " for flag -"); ok && strings.HasPrefix(value, "invalid value ") {
		name, why, _ := strings.Cut(rest, ": ")
		return misuse("%s %s: %s", dashed(name), strings.TrimPrefix(value, "invalid value "), why).hinted("see 'sandbox %s --help'", v.name)
	}
	name, unknown := strings.CutPrefix(text, "flag provided but not defined: -")
	if !unknown {
		return misuse("%s: %s", v.name, text).hinted("see 'sandbox %s --help'", v.name)
	}
	return v.unknownOption(options, name, asWritten(name, args))
}

// unknownOption says that a verb has no option of a name, and what has it or was
// probably meant.
func (v *verb) unknownOption(options *flag.FlagSet, name, written string) error {
	f := misuse("%s has no option %q", v.name, written)
	if other := v.otherStarter(); other != nil {
		if theirs, _ := other.options(); theirs.Lookup(name) != nil {
			return f.hinted("'sandbox %s' has it", other.name)
		}
	}
	switch meant, ok := meantOption(options, name, written); {
	case ok:
		f.hinted("did you mean %s?", meant)
	case v.starts && (name == "dry-run" || name == "check"):
		f.hinted("'sandbox check -p POLICY' checks policies as a start does, and starts nothing")
	case v.operand == commandOperand:
		f.hinted("options of the program come after it: sandbox %s -p POLICY -- COMMAND %s", v.name, written)
	}
	return f.hinted("see 'sandbox %s --help'", v.name)
}

// otherStarter returns the other of the two verbs that start programs, if v is
// one of them.
func (v *verb) otherStarter() *verb {
	switch v.name {
	case "run":
		return findVerb("exec")
	case "exec":
		return findVerb("run")
	}
	return nil
}

// asWritten returns an option with the dashes that the user gave it.
func asWritten(name string, args []string) string {
	for _, arg := range args {
		option, _, _ := strings.Cut(arg, "=")
		if option == "-"+name || option == "--"+name {
			return option
		}
	}
	return dashed(name)
}

// otherNames are what options are called elsewhere.
var otherNames = [...]struct{ name, option string }{
	{"clearenv", "env-clear"},
	{"config", "p"},
	{"cwd", "chdir"},
	{"directory", "chdir"},
	{"expr", "e"},
	{"expression", "e"},
	{"filter", "e"},
	{"output", "o"},
	{"pass-fd", "keep-fd"},
	{"preserve-fd", "keep-fd"},
	{"profile", "p"},
	{"seccomp", "p"},
	{"setenv", "env"},
	{"setsid", "new-session"},
	{"silent", "quiet"},
	{"ulimit", "rlimit"},
	{"workdir", "chdir"},
}

// meantOption guesses which option was meant by a name that is none: one that
// other programs call so, one of nearly that name, one whose value is called so
// (--policy), or a short one with its value written to it (-pNAME).
func meantOption(options *flag.FlagSet, name, written string) (string, bool) {
	for _, other := range otherNames {
		if o := options.Lookup(other.option); o != nil && other.name == name {
			return withValue(o), true
		}
	}
	if near, ok := diag.Nearest(name, optionNames(options)); ok {
		return dashed(near), true
	}
	for _, o := range listOptions(options) {
		value, _ := flag.UnquoteUsage(o)
		if _, near := diag.Nearest(name, slices.Values([]string{value})); near || value == name {
			return withValue(o), true
		}
	}
	if o := options.Lookup(name[:1]); o != nil && !strings.HasPrefix(written, "--") {
		if value, _ := flag.UnquoteUsage(o); value != "" {
			return dashed(o.Name) + " " + name[1:], true
		}
	}
	return "", false
}

// withValue returns an option as it is written, with what its value is.
func withValue(o *flag.Flag) string {
	value, _ := flag.UnquoteUsage(o)
	return strings.TrimSpace(dashed(o.Name) + " " + value)
}
