package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestExamples runs the examples that help shows, with stand-ins for the
// programs and files in them.
func TestExamples(t *testing.T) {
	command, err := exec.LookPath("sandbox")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	t.Setenv("PATH", dir+":"+filepath.Dir(command)+":/usr/local/bin:/usr/bin:/bin")
	for name, text := range map[string]string{
		"app.toml":   "version = 1\nextends = [\"baseline\"]\n",
		"calls":      "read(0, 0, 0)\n",
		"work.queue": "",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"app", "curl", "make", "solve", "worker"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\nexit 0\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// Not everybody may do what root may: only the options are looked at.
	if err := os.WriteFile(filepath.Join(dir, "sudo"), []byte("#!/bin/sh\nexec \"$@\" --help\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, ".config/fish/completions"), 0o755); err != nil {
		t.Fatal(err)
	}
	run := func(command string) {
		t.Helper()
		// The zsh example writes into a directory of zsh's.
		shell := exec.Command("bash", "-c", "fpath=(. .); "+command)
		shell.Dir = dir
		if output, err := shell.CombinedOutput(); err != nil {
			t.Errorf("$ %s\n%v\n%s", command, err, output)
		}
	}
	run("sandbox compile -p app.toml -o app.sandbox")
	run("sandbox compile -p offline --format bpf -o offline.bpf")
	run("sandbox compile -p app.toml --abi s390x --format bpf -o big.bpf")
	for _, v := range verbs() {
		if len(v.examples) == 0 {
			t.Errorf("%s has no example", v.name)
		}
		for _, e := range v.examples {
			run(e.command)
		}
	}
}
