package main

import (
	"flag"
	"io"
	"slices"
	"strings"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policies"
)

func completionVerb() *verb {
	return &verb{
		name:     "completion",
		operands: "bash | zsh | fish",
		brief:    "print a completion script for a shell",
		examples: []example{
			{"for this bash", "source <(sandbox completion bash)"},
			{"for every zsh", `sandbox completion zsh > "${fpath[1]}/_sandbox"`},
			{"for every fish", "sandbox completion fish > ~/.config/fish/completions/sandbox.fish"},
		},
		operand: shellOperand,
		prepare: prepareCompletion,
	}
}

// A shell writes the completion script of one shell.
type shell struct {
	name  string
	write func(io.Writer)
}

func shells() []shell {
	return []shell{{"bash", writeBash}, {"zsh", writeZsh}, {"fish", writeFish}}
}

func prepareCompletion(*flag.FlagSet) action {
	return func(u *ui, operands []string) error {
		name, err := onlyOperand("completion", "a shell: bash, zsh or fish", operands)
		if err != nil {
			return err
		}
		for _, s := range shells() {
			if s.name == name {
				s.write(u.out)
				return nil
			}
		}
		f := misuse("completion: there is no script for %q", name)
		if near, ok := diag.Nearest(name, slices.Values(shellNames())); ok {
			return f.hinted("did you mean %s?", near)
		}
		return f.hinted("there are scripts for bash, zsh and fish")
	}
}

func shellNames() []string {
	var names []string
	for _, s := range shells() {
		names = append(names, s.name)
	}
	return names
}

// An optionWords is an option as completion needs it.
type optionWords struct {
	name  string // without dashes
	value string // the placeholder of its value; "" if it takes none
	usage string
	many  bool
}

// completable returns the verb's options, --help with them.
func (v *verb) completable() []optionWords {
	var list []optionWords
	options, _ := v.options()
	for _, o := range listOptions(options) {
		value, usage := flag.UnquoteUsage(o)
		many := repeats(o)
		list = append(list, optionWords{o.Name, value, usage, many})
	}
	return append(list, optionWords{name: "help", usage: "show what the verb does"})
}

// candidates returns the words that can stand for a placeholder, and whether
// files can, too.
func candidates(placeholder string) (words []string, files bool) {
	switch placeholder {
	case "POLICY":
		return policies.Names(), true
	case "ABI":
		return slices.Collect(abiNames), false
	case "FORMAT":
		return formatNames(), false
	case "FORM":
		return dumpFormats(), false
	case "FILE", "DIR":
		return nil, true
	case "LIMIT":
		for name := range resourceNames {
			words = append(words, name+"=")
		}
		return words, false
	}
	return nil, false
}

// candidates returns the words that can be an operand of the kind, and whether
// files can, too.
func (k operandKind) candidates() (words []string, files bool) {
	switch k {
	case fileOperand:
		return nil, true
	case callOperand:
		return append(slices.Collect(explainedCodes()), "-"), false
	case profileOperand:
		return policies.Names(), false
	case policyOperand:
		return policies.Names(), true
	case shellOperand:
		return shellNames(), false
	case syscallOperand:
		words = slices.Collect(arch.SyscallNames())
		for name := range arch.GroupNames() {
			words = append(words, "@"+name)
		}
		return words, false
	}
	return nil, false
}

// quoted returns text as one word of a POSIX shell.
func quoted(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
