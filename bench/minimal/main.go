// Minimal is the least that a launcher in Go can do: minimal FILTER COMMAND
// [ARGUMENT]...
package main

import (
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

func main() {
	code, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail(err)
	}
	const size = 8 // of struct sock_filter
	filter := unix.SockFprog{Len: uint16(len(code) / size), Filter: (*unix.SockFilter)(unsafe.Pointer(&code[0]))}
	runtime.LockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		fail(err)
	}
	if _, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&filter))); errno != 0 {
		fail(errno)
	}
	fail(unix.Exec(os.Args[2], os.Args[2:], os.Environ()))
}

func fail(err error) {
	os.Stderr.WriteString("minimal: " + err.Error() + "\n")
	os.Exit(2)
}
