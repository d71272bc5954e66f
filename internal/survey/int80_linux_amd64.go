package survey

// haveInt80 says whether the machine has an i386 entry into the kernel.
const haveInt80 = true

// int80 enters the kernel as an i386 program does, for a call without
// arguments, and returns what it left in EAX. Where the kernel does not serve
// int 0x80, it ends in a fault.
//
//go:noescape
func int80(nr uint32) int32
