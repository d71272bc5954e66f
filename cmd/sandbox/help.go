package main

import (
	"flag"
	"fmt"
	"io"
	"strings"
)

// help answers "sandbox help [VERB]".
func help(u *ui, operands []string) error {
	if len(operands) == 0 {
		writeOverview(u.out)
		return nil
	}
	if len(operands) > 1 {
		return surplus("help", operands[1])
	}
	v := findVerb(operands[0])
	if v == nil {
		return unknownVerb(operands[0])
	}
	v.writeHelp(u.out)
	return nil
}

// writeOverview writes what the command is, and its verbs.
func writeOverview(w io.Writer) {
	fmt.Fprint(w, `sandbox runs programs under seccomp filters that are written as policies.

usage: sandbox VERB [OPTION]... [OPERAND]...

`)
	for _, v := range verbs() {
		fmt.Fprintf(w, "  %-12s%s\n", v.name, v.brief)
	}
	fmt.Fprint(w, `
A first try: curl works under the profile baseline, and not under offline.

  sandbox run -p baseline -- curl http://example.org/
  sandbox run -p offline -- curl http://example.org/

'sandbox VERB --help' tells more of a verb, with examples.
`)
}

// writeHelp writes how the verb is used.
func (v *verb) writeHelp(w io.Writer) {
	set, _ := v.options()
	options := listOptions(set)
	fmt.Fprintf(w, "usage: sandbox %s", v.name)
	for _, o := range options {
		fmt.Fprintf(w, " %s", synopsis(o))
	}
	if v.operands != "" {
		fmt.Fprintf(w, " %s", v.operands)
	}
	fmt.Fprintf(w, "\n\n%s: %s.\n", v.name, v.brief)
	if v.about != "" {
		fmt.Fprintf(w, "\n%s\n", v.about)
	}
	if len(options) > 0 {
		fmt.Fprint(w, "\noptions:\n")
	}
	names, width := make([]string, len(options)), 17
	for i, o := range options {
		value, _ := flag.UnquoteUsage(o)
		names[i] = strings.TrimSpace(dashed(o.Name) + " " + value)
		if letter := letterOf(set, o); letter != "" {
			names[i] = letter + ", " + names[i]
		}
		width = max(width, len(names[i])+2)
	}
	for i, o := range options {
		_, usage := flag.UnquoteUsage(o)
		fmt.Fprintf(w, "  %-*s%s\n", width, names[i], usage)
	}
	fmt.Fprint(w, "\nexamples:\n")
	for _, e := range v.examples {
		fmt.Fprintf(w, "  %s:\n    %s\n", e.purpose, e.command)
	}
	if v.starts {
		fmt.Fprint(w, `
exit codes: the program's own; 128+n if signal n killed it; 125 if sandbox could
not start it as asked; 126 if it cannot be executed; 127 if it is not there.
`)
	} else {
		fmt.Fprint(w, "\nexit codes: 0 yes, or answered; 1 no, or no answer; 2 wrong usage.\n")
	}
}

// synopsis returns an option as the usage line shows it.
func synopsis(o *flag.Flag) string {
	value, _ := flag.UnquoteUsage(o)
	text := dashed(o.Name)
	if value != "" {
		text += " " + value
	}
	text = "[" + text + "]"
	if repeats(o) {
		text += "..."
	}
	return text
}
