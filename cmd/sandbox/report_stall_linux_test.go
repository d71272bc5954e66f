//go:build amd64 || arm64

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
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
