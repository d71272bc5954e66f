//go:build linux

package oracle

// haveInt80 says whether the machine has an i386 entry into the kernel.
const haveInt80 = true

// int80 enters the kernel as an i386 program does, with all 64 bits of the
// argument registers, and returns what it left in EAX. All signals must be
// blocked, and the kernel must serve int 0x80.
//
//go:noescape
func int80(nr uint32, args *[6]uint64) int32
