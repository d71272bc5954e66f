package coldstart_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"unsafe"

	_ "sandbox/internal/coldstart"
)

// moved is what TestMain, which runs on the main goroutine, has seen of its
// stack.
var moved bool

func TestMain(m *testing.M) {
	moved = stackMoves()
	os.Exit(m.Run())
}

// TestStack: the main goroutine's stack is large already, that of another one,
// the control, is not.
func TestStack(t *testing.T) {
	if moved {
		t.Error("the main goroutine's stack was too small for 40 KiB")
	}
	other := make(chan bool)
	go func() { other <- stackMoves() }()
	if !<-other {
		t.Error("a new goroutine's stack is large, too: the test cannot tell")
	}
}

// stackMoves reports whether the stack of the calling goroutine must be copied
// to a larger one for 40 KiB.
func stackMoves() bool {
	var here byte
	before := uintptr(unsafe.Pointer(&here))
	deep(40)
	return uintptr(unsafe.Pointer(&here)) != before
}

//go:noinline
func deep(kib int) byte {
	var frame [1 << 10]byte
	if kib > 0 {
		frame[kib] = deep(kib - 1)
	}
	return frame[kib]
}

// TestOrder: the stack grows before packages are initialised that need much
// of it.
func TestOrder(t *testing.T) {
	command := exec.Command(os.Args[0], "-test.run=^$")
	command.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	own := strings.Index(string(out), "init sandbox/internal/coldstart @")
	next := strings.Index(string(out), "init internal/godebug @")
	if own < 0 || next < 0 || own > next {
		t.Errorf("not before internal/godebug:\n%s", out)
	}
}
