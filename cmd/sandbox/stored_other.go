//go:build !unix

package main

import "os"

// readUnshared reads a file of at most so many bytes. Nothing can be started
// here, whatever it says.
func readUnshared(path string, most int) ([]byte, error) {
	file, err := os.ReadFile(path)
	if err == nil && len(file) > most {
		err = errTooLarge
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	return file, nil
}
