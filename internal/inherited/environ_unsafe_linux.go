package inherited

import (
	"os"
	"unsafe"
)

// runtimeAuxv is the auxiliary vector where the kernel has put it: the slice
// that the runtime keeps for golang.org/x/sys lies on the first thread's
// stack.
//
//go:linkname runtimeAuxv runtime.getAuxv
func runtimeAuxv() []uintptr

// Environ returns the environment as execve was given it: in order, with
// duplicates and entries without "=". os.Environ drops duplicates. Changes made
// by os.Setenv are not seen.
//
// It reads what the processor's ABI document prescribes below the auxiliary
// vector: argc, the arguments, a null, the environment, a null. If what lies
// there is anything else, the answer is os.Environ's.
func Environ() []string {
	auxv := runtimeAuxv()
	if len(auxv) == 0 || len(os.Args) == 0 {
		return os.Environ()
	}
	var (
		top  = unsafe.Pointer(unsafe.SliceData(auxv))
		word = func(n int) unsafe.Pointer { // n words below the vector
			return unsafe.Add(top, -n*int(unsafe.Sizeof(uintptr(0))))
		}
		pointer = func(n int) *byte { return *(**byte)(word(n)) }
		// The strings are above the vector, at the end of the stack.
		isString = func(p *byte) bool { return uintptr(unsafe.Pointer(p)) > uintptr(top) }
	)
	if pointer(1) != nil {
		return os.Environ()
	}
	count := 0
	for isString(pointer(2 + count)) {
		count++
	}
	// Before the environment: a null, and before that the arguments, whose
	// strings the runtime does not copy, and their number.
	end := 2 + count
	argc := len(os.Args)
	if pointer(end) != nil || pointer(end+argc) != unsafe.StringData(os.Args[0]) || *(*uintptr)(word(end + argc + 1)) != uintptr(argc) {
		return os.Environ()
	}
	environ := make([]string, count)
	for i := range environ {
		environ[i] = cString(pointer(1 + count - i))
	}
	return environ
}

// cString returns the zero-terminated string at p, which is never freed.
func cString(p *byte) string {
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(p), n)) != 0 {
		n++
	}
	return unsafe.String(p, n)
}
