//go:build linux && !amd64

package survey

// haveInt80 says whether the machine has an i386 entry into the kernel.
const haveInt80 = false

// int80 is not called where haveInt80 is false.
//
//go:nosplit
func int80(uint32) int32 { return 0 }
