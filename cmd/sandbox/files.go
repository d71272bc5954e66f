package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// writeWhole writes a file so that nobody ever reads a part of it: under
// another name in the same directory, and then in place. A file that is there
// keeps its permissions. What is no regular file (a device, a pipe) is written
// directly.
func writeWhole(path string, content []byte) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return fail("cannot write %q: it is a directory", path)
	case err == nil && !info.Mode().IsRegular():
		return cannotWrite(path, os.WriteFile(path, content, 0))
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return cannotWrite(path, err)
	}
	// A program is no secret: CreateTemp's 0600 would hide it from the account
	// that loads it.
	mode := fs.FileMode(0o644)
	if info != nil {
		mode = info.Mode().Perm()
	}
	return cannotWrite(path, replace(path, content, mode))
}

// replace writes a regular file under a name of its own and renames it.
func replace(path string, content []byte, mode fs.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".sandbox-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(mode), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func cannotWrite(path string, err error) error {
	if err == nil {
		return nil
	}
	return fail("cannot write %q: %v", path, reason(err))
}
