//go:build amd64 || arm64

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"sandbox/internal/machine"
)

// A terminal is a window of tmux with a shell in it.
type terminal struct {
	t      *testing.T
	socket string
	dir    string
}

// A keystroke is what is typed, or done otherwise, and what the screen shows
// then.
type keystroke struct {
	keys string // as tmux names them: "C-z", or text
	do   func(*terminal)
	want string // a regular expression
}

// TestJobs types at a shell in a terminal, with programs alone and under run:
// what one sees is the same.
func TestJobs(t *testing.T) {
	for _, tool := range []string{"tmux", "bash", "vim", "less"} {
		machine.Program(t, tool)
	}
	enter := func(line string) string { return line + "\n" }
	const prompt, inner = `outer> $`, `inner> $`
	for _, tt := range []struct {
		name  string
		typed []keystroke // RUN stands for what starts programs
	}{
		{"interrupt", []keystroke{
			{keys: enter("RUN ./talk"), want: `\nready$`},
			{keys: enter("hello"), want: `hello\nhello$`},
			{keys: "C-c", want: prompt},
			{keys: enter("echo code $?"), want: `code 130\n` + prompt},
		}},
		{"stop", []keystroke{
			{keys: enter("RUN ./talk"), want: `\nready$`},
			{keys: "C-z", want: `Stopped +RUN ./talk\n` + prompt},
			{keys: enter("fg"), want: `fg\nRUN ./talk$`},
			{keys: enter("hello"), want: `hello\nhello$`},
			{keys: "C-z", want: `Stopped +RUN ./talk\n` + prompt},
			{keys: enter("fg"), want: `fg\nRUN ./talk$`},
			{keys: "C-d", want: prompt},
			{keys: enter("echo code $?"), want: `code 0\n` + prompt},
		}},
		{"stop ignored", []keystroke{
			{keys: enter(`RUN bash -c 'trap "" TSTP; echo on; read a; echo got $a'`), want: `\non$`},
			{keys: "C-z", want: `\^Z$`},
			{keys: enter("x"), want: `got x\n` + prompt},
		}},
		{"stopped by another", []keystroke{
			{keys: enter(`RUN sh -c 'echo $$ > pid; exec cat'`), want: `cat'$`},
			{do: signalPID("-STOP"), want: `Stopped\(?.*\n` + prompt},
			{keys: enter("fg"), want: `fg\nRUN sh.*$`},
			{keys: enter("hello"), want: `hello\nhello$`},
			{keys: "C-c", want: prompt},
		}},
		{"continued by another", []keystroke{
			{keys: enter(`RUN sh -c 'echo $$ > pid; kill -STOP $$; exit 5'`), want: `Stopped\(?.*\n` + prompt},
			{do: signalPID("-CONT"), want: prompt},
			{keys: enter("wait %1; echo code $?"), want: `code 5\n(.*\n)*` + prompt},
		}},
		{"reading in the background", []keystroke{
			{keys: enter("RUN ./talk &"), want: `ready(.*\n)*`},
			{keys: enter("until jobs | grep -q Stopped; do sleep 0.01; done; clear"), want: `^` + prompt},
			{keys: enter("fg"), want: `fg\nRUN ./talk$`},
			{keys: enter("hello"), want: `hello\nhello$`},
			{keys: "C-c", want: prompt},
		}},
		{"a shell", []keystroke{
			{keys: enter("RUN bash --rcfile inner"), want: inner},
			{keys: enter("./talk"), want: `\nready$`},
			{keys: "C-z", want: `Stopped +./talk\n` + inner},
			{keys: enter("fg"), want: `fg\n./talk$`},
			{keys: enter("two"), want: `two\ntwo$`},
			{keys: "C-c", want: inner},
			{keys: enter("suspend"), want: `Stopped.*RUN bash.*\n` + prompt},
			{keys: enter("fg"), want: inner},
			{keys: enter("echo in $((1+1))"), want: `in 2\n` + inner},
			{keys: enter("exit 3"), want: prompt},
			{keys: enter("echo code $?"), want: `code 3\n` + prompt},
		}},
		{"size", []keystroke{
			{keys: enter("RUN bash --rcfile inner"), want: inner},
			{do: resize(100, 20), want: inner},
			{keys: enter("until stty size | grep '20 100'; do sleep 0.01; done; echo $LINES $COLUMNS"), want: `20 100\n20 100\n` + inner},
			{keys: enter(`trap 'echo size $(stty size)' WINCH; clear`), want: `^` + inner},
			{do: resize(90, 22), want: `inner> (size 22 90)?$`}, // a shell that was busy runs the trap at once
			{keys: enter(""), want: `size 22 90`},
			{keys: enter("exit"), want: prompt},
		}},
		{"less", []keystroke{
			{keys: enter("RUN less lines"), want: `line 5\n(.*\n)*lines$`},
			{keys: "G", want: `line 200\n\(END\)$`},
			{keys: "C-z", want: `Stopped +RUN less lines\n` + prompt},
			{keys: enter("fg"), want: `line 200\n\(END\)$`},
			{keys: "q", want: prompt},
		}},
		{"vim", []keystroke{
			{keys: enter("RUN vim -u NONE -N lines"), want: `^line 1\n(.*\n)*"lines" 200L.*$`},
			{keys: "ixyz", want: `^xyzline 1\n`},
			{keys: "Escape", want: `^xyzline 1\n`},
			{keys: "C-z", want: `Stopped +RUN vim.*\n` + prompt},
			{keys: enter("fg"), want: `^xyzline 1\n`},
			{keys: enter(":q!"), want: prompt},
		}},
		{"a bound on its time", []keystroke{
			{keys: enter("RUN ./talk"), want: `\nready$`},
			{keys: "C-z", want: `Stopped.* RUN ./talk\n` + prompt},
			{keys: enter("fg"), want: `fg\nRUN ./talk$`},
			{keys: enter("hello"), want: `hello\nhello$`},
			{keys: "C-z", want: `Stopped.* RUN ./talk\n` + prompt},
			{keys: enter("fg"), want: `fg\nRUN ./talk$`},
			{keys: "C-c", want: prompt},
			{keys: enter("echo code $?"), want: `code 130\n` + prompt},
		}},
		{"a bound, and a session of its own", []keystroke{
			{keys: enter("RUN ./talk"), want: `\nready$`},
			{keys: "C-z", want: `Stopped.* RUN ./talk\n` + prompt},
			{keys: enter("fg"), want: `fg\nRUN ./talk$`},
			{keys: enter("hello"), want: `hello\nhello$`},
			{keys: "C-d", want: prompt},
			{keys: enter("echo code $?"), want: `code 0\n` + prompt},
		}},
		{"a session of its own", []keystroke{
			{keys: enter("RUN ./talk"), want: `\nready$`},
			{keys: "C-z", want: `Stopped.* RUN ./talk\n` + prompt},
			{keys: enter("fg"), want: `fg\nRUN ./talk$`},
			{keys: enter("hello"), want: `hello\nhello$`},
			{keys: "C-c", want: prompt},
			{keys: enter("echo code $?"), want: `code 130\n` + prompt},
		}},
	} {
		for how, run := range map[string]string{"alone": "command", "run": "sandbox run -p baseline --"} {
			if how == "run" {
				run = strings.Replace(run, " --", optionsOfJobs[tt.name]+" --", 1)
			}
			t.Run(tt.name+" "+how, func(t *testing.T) {
				term := openTerminal(t)
				term.expect("", prompt)
				for _, k := range tt.typed {
					if k.do != nil {
						k.do(term)
					} else {
						term.press(strings.ReplaceAll(k.keys, "RUN", run))
					}
					term.expect(fmt.Sprintf("%q", k.keys), strings.ReplaceAll(k.want, "RUN", run))
				}
			})
		}
	}
}

// optionsOfJobs are options of run for those tests of which they are the point.
var optionsOfJobs = map[string]string{
	"a bound on its time":               " --timeout 1h",
	"a bound, and a session of its own": " --timeout 1h --new-session",
	"a session of its own":              " --new-session",
}

func openTerminal(t *testing.T) *terminal {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "outer"), "PS1='outer> '\nunset PROMPT_COMMAND HISTFILE\n", 0o644)
	write(t, filepath.Join(dir, "inner"), "PS1='inner> '\nunset PROMPT_COMMAND HISTFILE\n", 0o644)
	write(t, filepath.Join(dir, "talk"), "#!/bin/sh\necho ready\nexec cat\n", 0o755)
	var lines strings.Builder
	for n := range 200 {
		fmt.Fprintf(&lines, "line %d\n", n+1)
	}
	write(t, filepath.Join(dir, "lines"), lines.String(), 0o644)
	term := &terminal{t: t, socket: filepath.Join(dir, "tmux"), dir: dir}
	term.tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "-c", dir, "exec bash --rcfile outer")
	t.Cleanup(func() { _ = exec.Command("tmux", "-S", term.socket, "kill-server").Run() })
	return term
}

func (term *terminal) tmux(args ...string) string {
	term.t.Helper()
	command := exec.Command("tmux", append([]string{"-S", term.socket}, args...)...)
	command.Env = append(os.Environ(), "TERM=xterm", "LANG=C.UTF-8", "LESS=", "HOME="+term.dir, "SHELL=/bin/sh")
	out, err := command.CombinedOutput()
	if err != nil {
		term.t.Fatalf("tmux %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// press types text, ended by Enter if its last character is a newline, or
// presses a key that has a name.
func (term *terminal) press(keys string) {
	term.t.Helper()
	if strings.HasPrefix(keys, "C-") || keys == "Escape" {
		term.tmux("send-keys", keys)
		return
	}
	text, entered := strings.CutSuffix(keys, "\n")
	if text != "" {
		term.tmux("send-keys", "-l", text)
	}
	if entered {
		term.tmux("send-keys", "Enter")
	}
}

// expect waits until the screen shows what is wanted.
func (term *terminal) expect(after, want string) {
	term.t.Helper()
	pattern := regexp.MustCompile(want)
	screen := ""
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		lines := strings.Split(term.tmux("capture-pane", "-p", "-J"), "\n")
		for i := range lines {
			lines[i] = strings.TrimRight(lines[i], " ")
		}
		screen = strings.TrimRight(strings.Join(lines, "\n"), "\n")
		// A prompt ends with a space.
		if pattern.MatchString(screen) || pattern.MatchString(screen+" ") {
			return
		}
	}
	term.t.Fatalf("after %s the screen should match %q:\n%s", after, want, screen)
}

// signalPID signals the process whose id is in the file pid.
func signalPID(signal string) func(*terminal) {
	return func(term *terminal) {
		term.t.Helper()
		for range 500 {
			b, _ := os.ReadFile(filepath.Join(term.dir, "pid"))
			if _, err := strconv.Atoi(strings.TrimSpace(string(b))); err == nil {
				if out, err := exec.Command("kill", signal, strings.TrimSpace(string(b))).CombinedOutput(); err != nil {
					term.t.Fatalf("%v: %s", err, out)
				}
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		term.t.Fatal("no process has written its id")
	}
}

func resize(columns, lines int) func(*terminal) {
	return func(term *terminal) {
		term.t.Helper()
		term.tmux("resize-window", "-x", strconv.Itoa(columns), "-y", strconv.Itoa(lines))
	}
}
