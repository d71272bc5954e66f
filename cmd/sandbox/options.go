package main

import (
	"errors"
	"flag"
	"io"
	"iter"
	"slices"
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
	return v.optionError(options, args, err)
}

// parse parses options, which end at "--", and returns the operands. Where a
// program is started, they end at the first operand as well: what follows is the
// program's.
func (v *verb) parse(options *flag.FlagSet, args []string) (operands []string, err error) {
	for {
		if missing := valueless(options, args); missing != nil {
			return nil, missing
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

// options returns the verb's options, and the action that reads them.
func (v *verb) options() (*flag.FlagSet, action) {
	options := flag.NewFlagSet(v.name, flag.ContinueOnError)
	options.SetOutput(io.Discard) // errors are told in our words
	options.Usage = func() {}
	return options, v.prepare(options)
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
