package main

import (
	"fmt"
	"strings"

	"sandbox/policy/typed"
)

// withOnce returns a condition with once() in the place of what stands for it
// where nothing is started.
func withOnce(condition string) string {
	var same, other [3]string
	for i, address := range typed.OncePlaceholders() {
		same[i] = fmt.Sprintf("args[%d] == %#x", i, address)
		other[i] = fmt.Sprintf("args[%d] != %#x", i, address)
	}
	switch condition {
	case strings.Join(same[:], " && "):
		return typed.OnceText
	case strings.Join(other[:], " || "):
		return "!" + typed.OnceText
	}
	return condition
}
