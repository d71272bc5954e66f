package main

import (
	"flag"

	"github.com/rogpeppe/go-internal/diff"

	"sandbox/internal/diag"
	policyformat "sandbox/policy/format"
)

func fmtVerb() *verb {
	return &verb{
		name:     "fmt",
		operands: "FILE... | -",
		brief:    "write policies in their canonical form",
		about: `The form is that of the shipped profiles: spaces, quotes and line breaks change,
comments, the order of keys and the meaning do not. It is printed, unless an
option says else; - is standard input. A file with a mistake in it is left as
it is. With --diff or --list, the exit code is 1 if a file differs from its
canonical form and --write does not change that.`,
		examples: []example{
			{"rewrite a policy", "sandbox fmt -w app.toml"},
			{"check in a script that policies are formatted", "sandbox fmt -d app.toml"},
			{"for an editor", "sandbox fmt - < app.toml"},
		},
		operand: fileOperand,
		prepare: prepareFmt,
	}
}

func prepareFmt(options *flag.FlagSet) action {
	var f formatter
	declareSwitch(options, &f.diff, "d", "diff", "print what differs from the canonical form")
	declareSwitch(options, &f.list, "l", "list", "print the names of the files that differ")
	declareSwitch(options, &f.write, "w", "write", "write the files that differ, each all of it or nothing")
	return func(u *ui, operands []string) error {
		if len(operands) == 0 {
			return misuse("fmt needs a policy file").hinted("- is standard input; see 'sandbox fmt --help'")
		}
		failed := false
		for _, name := range operands {
			if name == "-" && f.write {
				return misuse("fmt: standard input cannot be written to").hinted("without --write, the result is printed")
			}
			if err := f.format(u, name); err != nil {
				// The other files are none the worse for it.
				failed = true
				conclude(u, nil, err)
			}
		}
		if failed || f.differs && (f.diff || f.list) && !f.write {
			return said()
		}
		return nil
	}
}

// A formatter formats one file after the other, as its options say.
type formatter struct {
	diff, list, write bool

	differs bool // one of the files did
}

func (f *formatter) format(u *ui, name string) error {
	content, err := readAtMost(u, name, largestPolicy)
	if err != nil {
		return err
	}
	text := string(content)
	source := &diag.Source{Name: name, Text: text}
	if name == "-" {
		source.Name = "standard input"
	}
	formatted, list := policyformat.Source(source)
	if err := list.Err(); err != nil {
		return err
	}
	differs := formatted != text
	f.differs = f.differs || differs
	if f.list && differs {
		u.answer("%s", oneLine(source.Name))
	}
	if f.diff {
		shown := oneLine(source.Name)
		u.out.Write(diff.Diff(shown+".orig", content, shown, []byte(formatted)))
	}
	switch {
	case f.write && differs:
		return writeWhole(name, []byte(formatted))
	case !f.write && !f.list && !f.diff:
		_, err = u.out.WriteString(formatted)
	}
	return err
}

// largestPolicy is how many bytes a policy may have: policy.Load reads no more.
const largestPolicy = 1 << 20
