//go:build linux && !cgo && (amd64 || arm64)

package coldstart_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// TestHeap looks for the mark of the request in what the kernel says of the
// memory of a new object, and of one beyond the first chunk: "hg" among the
// flags of its mapping (proc(5)).
func TestHeap(t *testing.T) {
	if _, err := os.Stat("/sys/kernel/mm/transparent_hugepage"); err != nil {
		t.Skipf("this kernel has no huge pages for it: %v", err)
	}
	for _, size := range []int{1 << 10, 20 << 20} {
		object := make([]byte, size)
		address := uintptr(unsafe.Pointer(unsafe.SliceData(object)))
		for _, at := range []uintptr{address, address + uintptr(size) - 1} {
			if flags := mappingFlags(t, at); !slices.Contains(flags, "hg") {
				t.Errorf("%d bytes at %#x: flags %q, want hg", size, at, flags)
			}
		}
		runtime.KeepAlive(object)
	}
	// The control: nobody asks for huge pages for the stack that the kernel made.
	stack := uintptr(unsafe.Pointer(unsafe.StringData(os.Args[0])))
	if flags := mappingFlags(t, stack); len(flags) == 0 || slices.Contains(flags, "hg") {
		t.Errorf("the kernel's stack: flags %q", flags)
	}
}

// TestNoMemory: the runtime learns that a mapping cannot be had.
func TestNoMemory(t *testing.T) {
	if os.Getenv("ROLE") == "eat" {
		eatMemory()
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(self, "-test.run=^TestNoMemory$")
	command.Env = []string{"ROLE=eat"}
	out, err := command.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "out of memory") {
		t.Errorf("%v\n%s\nwant that memory is out", err, out)
	}
}

// eatMemory asks for more than there is.
func eatMemory() {
	limit := syscall.Rlimit{Cur: 8 << 30, Max: 8 << 30}
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &limit); err != nil {
		panic(err)
	}
	eaten := make([]byte, 16<<30)
	fmt.Println(len(eaten))
}

// mappingFlags returns the flags of the mapping that holds an address.
func mappingFlags(t *testing.T, address uintptr) []string {
	t.Helper()
	file, err := os.Open("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	within := false
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var low, high uintptr
		if n, _ := fmt.Sscanf(lines.Text(), "%x-%x ", &low, &high); n == 2 {
			within = low <= address && address < high
		} else if flags, ok := strings.CutPrefix(lines.Text(), "VmFlags:"); ok && within {
			return strings.Fields(flags)
		}
	}
	return nil
}
