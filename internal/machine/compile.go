package machine

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// CompileC compiles a program in C, with further options for gcc, and returns
// its path. Every user can run it.
func CompileC(t testing.TB, source string, options ...string) string {
	t.Helper()
	out := filepath.Join(Dir(t), strings.TrimSuffix(filepath.Base(source), ".c"))
	gcc := Program(t, "gcc")
	args := append([]string{"-O1", "-Wall", "-Werror", "-pthread", "-o", out}, options...)
	output, err := exec.Command(gcc, append(args, source)...).CombinedOutput()
	if err == nil {
		return out
	}
	// Either the source is wrong, or the compiler has not all it needs for the
	// options: -m32 takes libraries and headers of its own.
	easy := exec.Command(gcc, append(args, "-x", "c", "-")...)
	easy.Stdin = strings.NewReader("#include <stdio.h>\nint main(void) { return puts(\"\"); }\n")
	if easy.Run() != nil {
		Lacks(t, "%s: gcc %q does not work: %v\n%s", source, options, err, output)
	}
	t.Fatalf("%s: %v\n%s", source, err, output)
	return ""
}
