//go:build amd64 || arm64

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestStalledReader has nobody read standard error, which is full: the program
// gets the answers to its calls all the same, and what was to be said is said
// when somebody reads.
func TestStalledReader(t *testing.T) {
	command, err := exec.LookPath("sandbox")
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	filled := fill(t, int(w.Fd()))

	dir := t.TempDir()
	done := filepath.Join(dir, "done")
	run := exec.Command(command, "run", "-p", "baseline", "-e", "mkdir, mkdirat", "--",
		"/bin/sh", "-c", "mkdir no 2>/dev/null; echo > done; exit 3")
	run.Dir = dir
	run.Stderr = w
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	defer run.Process.Kill()
	for {
		if _, err := os.Stat(done); err == nil {
			break
		}
		time.Sleep(time.Millisecond) // the test's own limit ends this
	}
	said, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = run.Wait()
	if code := run.ProcessState.ExitCode(); code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
	if !bytes.Contains(said[filled:], []byte("was denied mkdir")) {
		t.Errorf("it said %q", said[filled:])
	}
}

// fill writes to a pipe until it takes no more, and returns how much.
func fill(t *testing.T, fd int) (size int) {
	t.Helper()
	if err := unix.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	for _, piece := range [][]byte{make([]byte, 4096), make([]byte, 1)} {
		for {
			n, err := unix.Write(fd, piece)
			if err == unix.EAGAIN {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			size += n
		}
	}
	if err := unix.SetNonblock(fd, false); err != nil {
		t.Fatal(err)
	}
	return size
}

// TestFullScreen has a program read keys: what it is denied is reported when it
// has ended, and not in the middle of its screen.
func TestFullScreen(t *testing.T) {
	command, err := exec.LookPath("sandbox")
	if err != nil {
		t.Fatal(err)
	}
	for _, keys := range []bool{false, true} {
		terminal, screen := openScreen(t)
		if keys {
			state, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
			if err != nil {
				t.Fatal(err)
			}
			state.Lflag &^= unix.ICANON
			if err := unix.IoctlSetTermios(int(terminal.Fd()), unix.TCSETS, state); err != nil {
				t.Fatal(err)
			}
		}
		// Two denials that are not alike: the first is told by the time the second
		// is answered, or never will be.
		run := exec.Command(command, "run", "-p", "baseline", "-e", "mkdir, mkdirat, rmdir, unlinkat", "--report", os.DevNull, "--",
			"/bin/sh", "-c", "mkdir no 2>/dev/null; rmdir no 2>/dev/null; echo drawn >&2; read line; exit 3")
		run.Dir = t.TempDir()
		run.Stderr = terminal
		input, err := run.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		defer run.Process.Kill()
		before := readUntil(t, screen, "drawn\r\n")
		if !keys && !bytes.Contains(before, []byte("was denied")) {
			before = append(before, readUntil(t, screen, "was denied")...)
		}
		input.Close()
		_ = run.Wait()
		terminal.Close()
		after, _ := io.ReadAll(screen) // EIO at the end
		if keys == bytes.Contains(before, []byte("was denied mkdir")) {
			t.Errorf("with keys %v, while the program ran the screen had %q", keys, before)
		}
		if keys && !bytes.Contains(after, []byte("was denied rmdir")) {
			t.Errorf("after the program's end the screen had %q", after)
		}
	}
}

// TestBackground has a shell in the sandbox put a program into the foreground, on
// a terminal that stops others when they write.
func TestBackground(t *testing.T) {
	command, err := exec.LookPath("sandbox")
	if err != nil {
		t.Fatal(err)
	}
	terminal, screen := openScreen(t)
	state, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	state.Lflag |= unix.TOSTOP
	if err := unix.IoctlSetTermios(int(terminal.Fd()), unix.TCSETS, state); err != nil {
		t.Fatal(err)
	}
	run := exec.Command(command, "run", "-p", "baseline", "-e", "mkdir, mkdirat", "--",
		"/bin/bash", "-c", "set -m; mkdir no; mkdir -m 700 no; exit 3")
	run.Dir = t.TempDir()
	run.Env = append(os.Environ(), "LC_ALL=C")
	run.Stdin, run.Stdout, run.Stderr = terminal, terminal, terminal
	run.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	defer run.Process.Kill()
	said := readUntil(t, screen, "cannot create directory") // by the program that was in the foreground
	_ = run.Wait()
	if code := run.ProcessState.ExitCode(); code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
	if !bytes.Contains(said, []byte("was denied mkdir")) {
		readUntil(t, screen, "was denied mkdir")
	}
}

// openScreen returns a terminal, and the side from which its screen is read.
func openScreen(t *testing.T) (terminal, screen *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { screen.Close() })
	number, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return terminal, screen
}

// readUntil reads until a text has come.
func readUntil(t *testing.T, f *os.File, text string) []byte {
	t.Helper()
	var all []byte
	part := make([]byte, 1024)
	for !bytes.Contains(all, []byte(text)) {
		n, err := f.Read(part)
		if err != nil {
			t.Fatalf("%v after %q", err, all)
		}
		all = append(all, part[:n]...)
	}
	return all
}
