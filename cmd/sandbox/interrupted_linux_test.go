//go:build amd64 || arm64

package main

import (
	"strings"
	"testing"

	"sandbox/internal/machine"
)

// TestInterrupt types ^C at loops and scripts that run programs alone and under
// run: it ends what it ends outside, and a program that takes it for its own use
// keeps it.
func TestInterrupt(t *testing.T) {
	machine.Program(t, "tmux")
	machine.Program(t, "bash")
	const prompt = `outer> $`
	for how, run := range map[string]string{"alone": "command", "run": "sandbox run -p baseline --"} {
		for _, tt := range []struct {
			name, line, code string
		}{
			{"loop", "while :; do RUN ./talk; done", "130"},
			{"script", "bash -c 'RUN ./talk; echo went on'", "130"},
			{"taken", "bash -c 'RUN ./take; exit 7'", "7"},
		} {
			t.Run(tt.name+" "+how, func(t *testing.T) {
				term := openTerminal(t)
				write(t, term.dir+"/take", "#!/bin/sh\ntrap 'exit 130' INT\necho ready\ncat\n", 0o755)
				term.expect("", prompt)
				term.press(strings.ReplaceAll(tt.line, "RUN", run) + "\n")
				term.expect(tt.line, `\nready$`)
				term.press("C-c")
				term.expect("^C", `\^C\n*`+prompt)
				term.press("echo code $?\n")
				term.expect("code", "code "+tt.code+"\n"+prompt)
			})
		}
	}
}
