//go:build amd64 || arm64

package launcher

// systemCall makes a system call with its number and six arguments, and
// returns what the kernel returns: a result, or minus an errno (see failed).
// It tells the Go scheduler nothing, allocates nothing and needs no stack to
// speak of.
//
//go:noescape
func systemCall(nr, a, b, c, d, e, f uintptr) (r uintptr)

// gate is the second half of systemCall, in the same frame.
//
//lint:ignore U1000 called from assembly
//go:noescape
func gate(nr, a, b, c, d, e, f uintptr) (r uintptr)

// gateReturn returns the address after the system call instruction of
// systemCall: what a filter sees as `ip`.
func gateReturn() uintptr

// crash ends the process by SIGILL, which needs no system call and cannot be
// ignored when an instruction raises it.
func crash()

// failed returns the errno in the result of a system call, or 0. The kernel
// keeps -4095 to -1 for them.
//
//go:nosplit
func failed(r uintptr) uint32 {
	if r > ^uintptr(4095) {
		return uint32(-r)
	}
	return 0
}
