package main

import (
	"errors"
	"flag"
	"io"
	"iter"
	"slices"
	"strings"

	"sandbox/internal/diag"
)

// run parses the verb's options and does its work.
func (v *verb) run(u *ui, args []string) error {
	options, act := v.options()
	operands, err := v.parse(options, args)
	switch {
	case err == nil:
		if asJSON := options.Lookup("json"); asJSON != nil {
			u.asJSON = asJSON.Value.String() == "true"
		}
		return act(u, operands)
	case errors.Is(err, flag.ErrHelp):
		v.writeHelp(u.out)
		return nil
	}
	return v.optionError(options, args, err.Error())
}

// parse parses options, which end at "--", and returns the operands. Where a
// program is started, they end at the first operand as well: what follows is the
// program's.
func (v *verb) parse(options *flag.FlagSet, args []string) (operands []string, err error) {
	for {
		if name := valueless(options, args); name != "" {
			return nil, errors.New(noValue + name)
		}
		if err := options.Parse(args); err != nil {
			return nil, err
		}
		rest := options.Args()
		parsed := len(args) - len(rest)
		ended := parsed > 0 && args[parsed-1] == "--"
		if v.starts || ended || len(rest) == 0 {
			return append(operands, rest...), nil
		}
		operands, args = append(operands, rest[0]), rest[1:]
	}
}

// noValue is how package flag says that an option's value is missing.
const noValue = "flag needs an argument: -"

// valueless returns the first option that package flag would give "--" as its
// value: what stands there then is the end of the options.
func valueless(options *flag.FlagSet, args []string) (name string) {
	for i := 0; i < len(args); i++ {
		name, isOption := strings.CutPrefix(args[i], "-")
		name = strings.TrimPrefix(name, "-")
		o := options.Lookup(name)
		switch {
		case !isOption || name == "":
			return "" // the first operand, or the end
		case strings.Contains(name, "="):
			continue
		case o == nil:
			return ""
		}
		if single, ok := o.Value.(interface{ IsBoolFlag() bool }); ok && single.IsBoolFlag() {
			continue
		}
		if i++; i < len(args) && args[i] == "--" {
			return name
		}
	}
	return ""
}

// options returns the verb's options, and the action that reads them.
func (v *verb) options() (*flag.FlagSet, action) {
	options := flag.NewFlagSet(v.name, flag.ContinueOnError)
	options.SetOutput(io.Discard) // errors are told in our words
	options.Usage = func() {}
	return options, v.prepare(options)
}

// optionError says what is wrong with the options. Package flag tells its
// errors apart by their text only.
func (v *verb) optionError(options *flag.FlagSet, args []string, text string) error {
	if name, ok := strings.CutPrefix(text, noValue); ok {
		return misuse("%s: option %s needs a value", v.name, dashed(name)).hinted("see 'sandbox %s --help'", v.name)
	}
	if value, rest, ok := strings.Cut(text, " for flag -"); ok && strings.HasPrefix(value, "invalid value ") {
		name, why, _ := strings.Cut(rest, ": ")
		return misuse("%s %s: %s", dashed(name), strings.TrimPrefix(value, "invalid value "), why).hinted("see 'sandbox %s --help'", v.name)
	}
	name, unknown := strings.CutPrefix(text, "flag provided but not defined: -")
	if !unknown {
		return misuse("%s: %s", v.name, text).hinted("see 'sandbox %s --help'", v.name)
	}
	written := asWritten(name, args)
	f := misuse("%s has no option %q", v.name, written)
	if other := v.otherStarter(); other != nil {
		if theirs, _ := other.options(); theirs.Lookup(name) != nil {
			return f.hinted("'sandbox %s' has it", other.name)
		}
	}
	if meant, ok := meantOption(options, name, written); ok {
		f.hinted("did you mean %s?", meant)
	} else if v.operand == commandOperand {
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

// meantOption guesses which option was meant by a name that is none: one of
// nearly that name, one whose value is called so (--policy), or a short one
// with its value written to it (-pNAME).
func meantOption(options *flag.FlagSet, name, written string) (string, bool) {
	if near, ok := diag.Nearest(name, optionNames(options)); ok {
		return dashed(near), true
	}
	for _, o := range listOptions(options) {
		value, _ := flag.UnquoteUsage(o)
		if _, near := diag.Nearest(name, slices.Values([]string{value})); near || value == name {
			return dashed(o.Name) + " " + value, true
		}
	}
	if o := options.Lookup(name[:1]); o != nil && !strings.HasPrefix(written, "--") {
		if value, _ := flag.UnquoteUsage(o); value != "" {
			return dashed(o.Name) + " " + name[1:], true
		}
	}
	return "", false
}

func optionNames(options *flag.FlagSet) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, o := range listOptions(options) {
			if !yield(o.Name) {
				return
			}
		}
	}
}

// listOptions returns the options in the order of help: the short ones, as far
// as a verb has them, then the others by name.
func listOptions(options *flag.FlagSet) []*flag.Flag {
	const short = "peo"
	var list []*flag.Flag
	for _, letter := range short {
		if o := options.Lookup(string(letter)); o != nil {
			list = append(list, o)
		}
	}
	options.VisitAll(func(o *flag.Flag) {
		if _, short := o.Value.(shorthand); !short && !slices.Contains(list, o) {
			list = append(list, o)
		}
	})
	return list
}

// declareSwitch declares an option that takes no value, by a letter and by a
// name. Lists of options have it once.
func declareSwitch(options *flag.FlagSet, value *bool, letter, name, usage string) {
	options.BoolVar(value, name, false, usage)
	options.Var(shorthand{options.Lookup(name).Value}, letter, usage)
}

// A shorthand is an option's second name.
type shorthand struct{ flag.Value }

// IsBoolFlag says to package flag that no value follows.
func (shorthand) IsBoolFlag() bool { return true }

// letterOf returns the shorthand of an option with its dash, or "".
func letterOf(options *flag.FlagSet, of *flag.Flag) (letter string) {
	options.VisitAll(func(o *flag.Flag) {
		if short, ok := o.Value.(shorthand); ok && short.Value == of.Value {
			letter = dashed(o.Name)
		}
	})
	return letter
}

// dashed returns an option as people write it: -p, --json.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// repeats reports whether an option may be given more than once.
func repeats(o *flag.Flag) bool {
	switch o.Value.(type) {
	case *repeated, *limitOption:
		return true
	}
	return false
}

// A repeated option keeps each of its values.
type repeated []string

// String is what flag needs to show a default; there is none.
func (r *repeated) String() string { return "" }

// Set appends a value.
func (r *repeated) Set(value string) error {
	*r = append(*r, value)
	return nil
}
