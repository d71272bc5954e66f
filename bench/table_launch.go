package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// A launch is a command that starts the empty static program `true`.
type launch struct {
	name    string
	command []string
	file    *os.File // descriptor 3 of the command, if not nil
}

// launchTable shows what starting a program takes, over starting it without a
// launcher: each round starts every one of them once.
func launchTable(w *workshop, docker *description, e effort) (*table, error) {
	launches, missing, err := launchers(w, docker)
	if err != nil {
		return nil, err
	}
	took := make([][]float64, len(launches))
	over := make([][]float64, len(launches))
	for round := range e.launches {
		now := make([]float64, len(launches))
		for turn := range launches {
			i := (turn + round) % len(launches)
			d, err := launches[i].run()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", launches[i].name, err)
			}
			now[i] = float64(d) / float64(time.Millisecond)
		}
		for i := range launches {
			took[i] = append(took[i], now[i])
			over[i] = append(over[i], now[i]-now[0])
		}
	}
	t := newTable("launcher", "ms", "over plain exec", "half of the rounds")
	for i, l := range launches {
		s := spreadOf(over[i])
		if i == 0 {
			t.add(l.name, fmt.Sprintf("%.2f", spreadOf(took[i]).median))
			continue
		}
		t.add(l.name, fmt.Sprintf("%.2f", spreadOf(took[i]).median), fmt.Sprintf("%+.2f", s.median), fmt.Sprintf("%+.2f … %+.2f", s.lower, s.upper))
	}
	for _, name := range missing {
		t.note("%s is not installed here", name)
	}
	return t, nil
}

// launchers builds what is launched and what launches it. The first one is none.
func launchers(w *workshop, docker *description) (list []launch, missing []string, err error) {
	steps := []func() error{
		func() error { return w.buildC("true", "-static") },
		func() error { return w.buildC("launch", "-static") },
		func() error { return w.buildGo("minimal", ".", "./minimal") },
		func() error { return w.buildSandbox() },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, nil, err
		}
	}
	policy, filter, err := w.writeOurs(docker)
	if err != nil {
		return nil, nil, err
	}
	command, compiled := w.path("true"), w.path("docker.sandbox")
	if err := build(exec.Command(w.path("sandbox"), "compile", "-p", policy, "-o", compiled)); err != nil {
		return nil, nil, err
	}
	list = []launch{
		{"plain exec", []string{command}, nil},
		{"minimal, in C", []string{w.path("launch"), filter, command}, nil},
		{"minimal, in Go", []string{w.path("minimal"), filter, command}, nil},
		{"**sandbox exec --program**, docker compiled before", []string{w.path("sandbox"), "exec", "--program", compiled, "--", command}, nil},
		{"**sandbox exec -p**, docker read, compiled, proved", []string{w.path("sandbox"), "exec", "-p", policy, "--", command}, nil},
		{"**sandbox run --program**", []string{w.path("sandbox"), "run", "--program", compiled, "--", command}, nil},
		{"**sandbox run -p**", []string{w.path("sandbox"), "run", "-p", policy, "--", command}, nil},
	}
	open, err := os.Open(filter)
	if err != nil {
		return nil, nil, err
	}
	for _, other := range []launch{
		{"setpriv, without a filter", []string{"setpriv", "--no-new-privs", command}, nil},
		{"bubblewrap", []string{"bwrap", "--dev-bind", "/", "/", "--seccomp", "3", command}, open},
		{"firejail", []string{"firejail", "--quiet", "--noprofile", "--seccomp", command}, nil},
	} {
		path, err := exec.LookPath(other.command[0])
		if err != nil {
			missing = append(missing, other.name)
			continue
		}
		other.command[0] = path
		list = append(list, other)
	}
	return list, missing, nil
}

// writeOurs writes our policy, and our program as an array of struct
// sock_filter.
func (w *workshop) writeOurs(d *description) (policy, filter string, err error) {
	text, err := d.toml(registers)
	if err != nil {
		return "", "", err
	}
	if policy, err = w.write(d.name+".toml", []byte(text)); err != nil {
		return "", "", err
	}
	program, err := ours{registers}.compile(d)
	if err != nil {
		return "", "", err
	}
	filter, err = w.write(d.name+".filter", program.Append(nil, binary.LittleEndian))
	return policy, filter, err
}

// buildSandbox builds the command of the module that is measured.
func (w *workshop) buildSandbox() error {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "sandbox").Output()
	if err != nil {
		return err
	}
	return w.buildGo("sandbox", filepath.Clean(string(dir[:len(dir)-1])), "./cmd/sandbox")
}

// run launches once and returns how long that took, from fork to the end of the
// process.
func (l *launch) run() (time.Duration, error) {
	attributes := &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, 1, 2}}
	if l.file != nil {
		if _, err := l.file.Seek(0, 0); err != nil {
			return 0, err
		}
		attributes.Files = append(attributes.Files, l.file.Fd())
	}
	start := time.Now()
	pid, err := syscall.ForkExec(l.command[0], l.command, attributes)
	if err != nil {
		return 0, err
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &status, 0, nil); err != nil {
		return 0, err
	}
	took := time.Since(start)
	if !status.Exited() || status.ExitStatus() != 0 {
		return 0, fmt.Errorf("ended with status %#x", uint32(status))
	}
	return took, nil
}
