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
canonical form and --write does not change that. With --json, there is one
object a file: whether it changes, and what would be printed, or why nothing is.`,
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
	options.BoolVar(&f.asJSON, "json", false, "answer in JSON, one object a file")
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
				if err := f.tell(u, name, err); err != nil {
					return err
				}
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
	diff, list, write, asJSON bool

	differs bool // one of the files did
}

// A formatJSON is what became of one file.
type formatJSON struct {
	File    string  `json:"file"`
	Changed bool    `json:"changed"`        // it differs from its canonical form
	Text    *string `json:"text,omitempty"` // the canonical form, where it would be printed
	Diff    string  `json:"diff,omitempty"` // with --diff, where the file differs

	*failureJSON // why there is no canonical form; nil: there is one
}

// sourceName returns the name that an operand goes by.
func sourceName(operand string) string {
	if operand == "-" {
		return "standard input"
	}
	return operand
}

// tell says why a file could not be formatted, or not be written.
func (f *formatter) tell(u *ui, name string, err error) error {
	if !f.asJSON {
		u.tell(asFailure(err))
		return nil
	}
	why := asFailure(err).json()
	return u.answerJSON(formatJSON{File: sourceName(name), failureJSON: &why})
}

func (f *formatter) format(u *ui, name string) error {
	content, err := readAtMost(u, name, largestPolicy)
	if err != nil {
		return err
	}
	source := &diag.Source{Name: sourceName(name), Text: string(content)}
	formatted, list := policyformat.Source(source)
	if err := list.Err(); err != nil {
		return err
	}
	differs := formatted != source.Text
	f.differs = f.differs || differs
	if f.write && differs {
		if err := writeWhole(name, []byte(formatted)); err != nil {
			return err
		}
	}
	return f.report(u, source, formatted)
}

// report answers what became of a file.
func (f *formatter) report(u *ui, source *diag.Source, formatted string) error {
	answer := formatJSON{File: source.Name, Changed: formatted != source.Text}
	if f.diff {
		shown := oneLine(source.Name)
		answer.Diff = string(diff.Diff(shown+".orig", []byte(source.Text), shown, []byte(formatted)))
	}
	if !f.write && !f.list && !f.diff {
		answer.Text = &formatted
	}
	if f.asJSON {
		return u.answerJSON(answer)
	}
	if f.list && answer.Changed {
		u.answer("%s", oneLine(source.Name))
	}
	u.out.WriteString(answer.Diff)
	if answer.Text != nil {
		_, err := u.out.WriteString(formatted)
		return err
	}
	return nil
}

// largestPolicy is how many bytes a policy may have: policy.Load reads no more.
const largestPolicy = 1 << 20
