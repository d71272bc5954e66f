package main

import (
	"fmt"
	"io"
	"strings"
)

// writeBash writes a function that walks over the words before the cursor as
// sandbox itself would: the verb, its options with their values, the operand.
func writeBash(w io.Writer) {
	fmt.Fprintf(w, `# bash completion for sandbox

_sandbox_words() { # WORDS FILES: candidates for the word at the cursor
	COMPREPLY=($(compgen -W "$1" -- "$current"))
	if [[ $2 == files ]]; then
		COMPREPLY+=($(compgen -f -- "$current"))
	fi
}

_sandbox() {
	local current=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} i=2 option=
	if ((COMP_CWORD == 1)); then
		_sandbox_words %s
		return
	fi
	while ((i < COMP_CWORD)); do
		option=
		case $verb:${COMP_WORDS[i]} in
		*:--) ((i++)); break ;;
%s		*:-?*) ;;
		*) break ;;
		esac
		((i++))
		if [[ $option ]] && ((i == COMP_CWORD)); then
			break
		fi
		[[ $option ]] && ((i++))
	done
	case $option in
%s	esac
	if [[ $current == -* && ${COMP_WORDS[i-1]} != -- ]] && ((i == COMP_CWORD)); then
		case $verb in
%s		esac
		return
	fi
	case $verb in
%s	esac
}

complete -o filenames -F _sandbox sandbox
`, quoted(strings.Join(bashVerbs(), " ")), bashOptionValues(), bashPlaceholders(), bashOptions(), bashOperands())
}

func bashVerbs() []string {
	names := []string{"help"}
	for _, v := range verbs() {
		names = append(names, v.name)
	}
	return names
}

// bashOptionValues returns the cases that recognise an option with a value.
func bashOptionValues() string {
	var b strings.Builder
	for _, v := range verbs() {
		for _, o := range v.completable() {
			if o.value != "" {
				fmt.Fprintf(&b, "\t\t%s:%s) option=%s ;;\n", v.name, dashed(o.name), o.value)
			}
		}
	}
	return b.String()
}

// bashPlaceholders returns the cases that complete the value of an option.
func bashPlaceholders() string {
	var b strings.Builder
	seen := make(map[string]bool)
	for _, v := range verbs() {
		for _, o := range v.completable() {
			if o.value == "" || seen[o.value] {
				continue
			}
			seen[o.value] = true
			fmt.Fprintf(&b, "\t%s) %s; return ;;\n", o.value, bashWords(candidates(o.value)))
		}
	}
	return b.String()
}

// bashOptions returns the cases that complete an option's name.
func bashOptions() string {
	var b strings.Builder
	for _, v := range verbs() {
		var names []string
		for _, o := range v.completable() {
			names = append(names, dashed(o.name))
		}
		fmt.Fprintf(&b, "\t\t%s) %s ;;\n", v.name, bashWords(names, false))
	}
	return b.String()
}

// bashOperands returns the cases that complete an operand.
func bashOperands() string {
	var b strings.Builder
	for _, v := range verbs() {
		if v.operand != commandOperand {
			fmt.Fprintf(&b, "\t%s) ((i == COMP_CWORD)) && %s ;;\n", v.name, bashWords(v.operand.candidates()))
			continue
		}
		// _command_offset is bash-completion's; without it, names of commands.
		fmt.Fprintf(&b, `	%s)
		if declare -F _command_offset >/dev/null; then
			_command_offset $i
		elif ((i == COMP_CWORD)); then
			COMPREPLY=($(compgen -c -- "$current"))
		else
			COMPREPLY=($(compgen -f -- "$current"))
		fi ;;
`, v.name)
	}
	fmt.Fprintf(&b, "\thelp) %s ;;\n", bashWords(bashVerbs(), false))
	return b.String()
}

func bashWords(words []string, files bool) string {
	call := "_sandbox_words " + quoted(strings.Join(words, " "))
	if files {
		call += " files"
	}
	return call
}
