//go:build !unix

package main

import "errors"

func checkPassed(int) error { return errors.New("descriptors are not passed on here") }

// A descriptor is for systems that can start programs.
type descriptor int

// Write takes everything.
func (d descriptor) Write(b []byte) (int, error) { return len(b), nil }

func raiseFileSize() {}
