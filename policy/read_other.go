//go:build !unix

package policy

import (
	"io"
	"os"
	"path/filepath"
)

// openFile opens a regular file; other systems serve the verbs that only look
// at policies.
func openFile(path string) (handle, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return handle{}, err
	}
	info, err := os.Stat(absolute)
	switch {
	case err != nil:
		return handle{}, err
	case info.IsDir():
		return handle{}, errDirectory
	case !info.Mode().IsRegular():
		return handle{}, errDevice
	case info.Size() > maxFile:
		return handle{}, errTooLarge
	}
	f, err := os.Open(absolute)
	if err != nil {
		return handle{}, err
	}
	read := func() (string, error) {
		text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
		if err == nil && len(text) > maxFile {
			err = errTooLarge
		}
		return string(text), err
	}
	return handle{id: identity{path: absolute}, read: read, done: func() { _ = f.Close() }}, nil
}
