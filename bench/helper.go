package main

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed helpers
var helperSources embed.FS

// A workshop is a temporary folder with the programs that the bench runs.
type workshop struct{ dir string }

// newWorkshop makes the folder, with the sources of the helpers in it.
func newWorkshop() (*workshop, error) {
	dir, err := os.MkdirTemp("", "sandbox-bench-")
	if err != nil {
		return nil, err
	}
	w := &workshop{dir}
	sources, err := fs.Sub(helperSources, "helpers")
	if err == nil {
		err = os.CopyFS(dir, sources)
	}
	if err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *workshop) close() { os.RemoveAll(w.dir) }

func (w *workshop) path(name string) string { return filepath.Join(w.dir, name) }

// buildC builds one of the helpers, a C program. They keep cgo out of this
// module, and the Go runtime out of what they measure.
func (w *workshop) buildC(name string, options ...string) error {
	arguments := []string{"-O2", "-Wall", "-o", w.path(name), w.path(name + ".c")}
	if err := build(exec.Command("gcc", append(arguments, options...)...)); err != nil {
		return err
	}
	return w.install(name)
}

// buildGo builds a package of the module in a folder, without cgo.
func (w *workshop) buildGo(name, dir, pkg string) error {
	command := exec.Command("go", "build", "-trimpath", "-o", w.path(name), pkg)
	command.Dir = dir
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if err := build(command); err != nil {
		return err
	}
	return w.install(name)
}

// install writes a program anew, as every installation does. Linkers write through
// a mapping, which leaves single pages in the page cache; what is written at once,
// or read from a disk, is there in larger pieces, of which a start maps more with
// each page fault. The programs that ours are compared with were installed so.
func (w *workshop) install(name string) error {
	program, err := os.ReadFile(w.path(name))
	if err != nil {
		return err
	}
	if err := os.Remove(w.path(name)); err != nil {
		return err
	}
	return os.WriteFile(w.path(name), program, 0o755)
}

func build(command *exec.Cmd) error {
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(command.Args, " "), err, output)
	}
	return nil
}

// write writes a file into the folder and returns its path.
func (w *workshop) write(name string, content []byte) (string, error) {
	path := w.path(name)
	return path, os.WriteFile(path, content, 0o644)
}
