package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWriteWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	for _, content := range []string{"first and longer", "second"} {
		if err := writeWhole(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		expectFile(t, path, content)
		expectMode(t, path, 0o644)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}

	link := filepath.Join(dir, "link")
	if err := os.Symlink("file", link); err != nil {
		t.Fatal(err)
	}
	if err := writeWhole(link, []byte("through the link")); err != nil {
		t.Fatal(err)
	}
	expectFile(t, path, "through the link")
	expectMode(t, path, 0o640)
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v; want it left in place", info, err)
	}

	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("left in the directory: %v, %v; want file and link", entries, err)
	}
}

func TestWriteWholeLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	blocked := filepath.Join(dir, "file", "below")
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, blocked, filepath.Join(dir, "none", "file")} {
		if err := writeWhole(path, []byte("x")); err == nil {
			t.Errorf("writeWhole(%q) succeeded", path)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left in the directory: %v, %v; want only file", entries, err)
	}
}

func expectFile(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s holds %q, %v; want %q", path, got, err, want)
	}
}

func expectMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	if info, err := os.Stat(path); err != nil || info.Mode() != want {
		t.Errorf("%s: %v, %v; want the mode %v", path, info.Mode(), err, want)
	}
}
