package main

import (
	"fmt"
	"io"
	"strings"
)

// writeFish writes one declaration for each verb, option and operand.
func writeFish(w io.Writer) {
	fmt.Fprint(w, "# fish completion for sandbox\n\ncomplete -c sandbox -f\n")
	for _, v := range verbs() {
		fmt.Fprintf(w, "complete -c sandbox -n __fish_use_subcommand -a %s -d %s\n", v.name, fishQuoted(v.brief))
	}
	for _, v := range verbs() {
		declare := fmt.Sprintf("complete -c sandbox -n '__fish_seen_subcommand_from %s'", v.name)
		for _, o := range v.completable() {
			fmt.Fprintf(w, "%s %s -d %s\n", declare, fishOption(o), fishQuoted(o.usage))
		}
		if v.operand == commandOperand {
			fmt.Fprintf(w, "%s -F -a '(__fish_complete_command)'\n", declare)
			continue
		}
		if words := fishArguments(v.operand.candidates()); words != "" {
			fmt.Fprintf(w, "%s%s\n", declare, words)
		}
	}
}

// fishOption returns an option's name and value for complete.
func fishOption(o optionWords) string {
	text := "-l " + o.name
	if len(o.name) == 1 {
		text = "-s " + o.name
	}
	if o.value == "" {
		return text
	}
	words, files := candidates(o.value)
	if !files {
		text += " -f"
	}
	return text + " -r" + fishArguments(words, files)
}

func fishArguments(words []string, files bool) string {
	text := ""
	if files {
		text += " -F"
	}
	if len(words) > 0 {
		text += " -a " + fishQuoted(strings.Join(words, " "))
	}
	return text
}

// fishQuoted returns text as one word of fish, whose single quotes know \' and
// \\ only.
func fishQuoted(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}
