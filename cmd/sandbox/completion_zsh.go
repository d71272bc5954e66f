package main

import (
	"fmt"
	"io"
	"strings"
)

// writeZsh writes a function for zsh's own completion system, which knows how
// to skip options and values.
func writeZsh(w io.Writer) {
	fmt.Fprint(w, "#compdef sandbox\n\n_sandbox() {\n\tlocal -a verbs=(\n")
	for _, v := range verbs() {
		fmt.Fprintf(w, "\t\t%s\n", quoted(v.name+":"+v.brief))
	}
	fmt.Fprint(w, `	)
	if ((CURRENT == 2)); then
		_describe verb verbs
		return
	fi
	local verb=$words[2]
	shift words
	((CURRENT--))
	case $verb in
`)
	for _, v := range verbs() {
		fmt.Fprintf(w, "\t%s)\n\t\t_arguments -A '-*'", v.name)
		for _, o := range v.completable() {
			fmt.Fprintf(w, " \\\n\t\t\t%s", quoted(zshOption(o)))
		}
		for _, spec := range zshOperands(v) {
			fmt.Fprintf(w, " \\\n\t\t\t%s", quoted(spec))
		}
		fmt.Fprint(w, "\n\t\t;;\n")
	}
	fmt.Fprint(w, "\thelp) _describe verb verbs ;;\n\tesac\n}\n\n_sandbox \"$@\"\n")
}

// zshOption returns an option as _arguments specifies it.
func zshOption(o optionWords) string {
	spec := dashed(o.name) + "[" + zshPlain(o.usage) + "]"
	if o.many {
		spec = "*" + spec
	}
	if o.value == "" {
		return spec
	}
	return spec + ":" + o.value + ":" + zshAction(candidates(o.value))
}

// zshOperands returns a verb's operands as _arguments specifies them.
func zshOperands(v *verb) []string {
	switch v.operand {
	case noOperand:
		return nil
	case commandOperand:
		return []string{"(-):command:_command_names -e", "*::arguments:_normal"}
	}
	return []string{":" + v.name + ":" + zshAction(v.operand.candidates())}
}

func zshAction(words []string, files bool) string {
	list := "(" + strings.Join(words, " ") + ")"
	switch {
	case files && len(words) > 0:
		return "_alternative 'words\\:name\\:" + list + "' 'files\\:file\\:_files'"
	case files:
		return "_files"
	case len(words) > 0:
		return list
	}
	return " "
}

// zshPlain takes out what ends a description.
func zshPlain(text string) string {
	return strings.NewReplacer("[", "(", "]", ")", ":", ",").Replace(text)
}
