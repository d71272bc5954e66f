//go:build !linux

package main

// screenTaken is for systems that can start programs.
func screenTaken() bool { return false }

func unstopped(f func()) { f() }
