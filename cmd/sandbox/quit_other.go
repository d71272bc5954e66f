//go:build !linux || (!amd64 && !arm64)

package main

// quitPlainly is for systems that can start programs.
func quitPlainly() {}
