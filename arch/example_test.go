package arch_test

import (
	"fmt"

	"sandbox/arch"
)

// The same parameter can sit in different registers on two ABIs.
func ExampleABI_Syscall() {
	for _, abi := range []arch.ABI{arch.X86_64, arch.S390X} {
		clone, ok := abi.Syscall("clone")
		if !ok {
			continue
		}
		flags, _ := clone.Param("flags") // the manual's name
		fmt.Printf("%v: %s is %d, %s is args[%d], %v\n", abi, clone.Name, clone.Number, flags.Name, flags.Low, flags.Type)
	}
	// Output:
	// x86_64: clone is 56, clone_flags is args[0], u32
	// s390x: clone is 120, clone_flags is args[1], u32
}

func ExampleABI_Constant() {
	for _, abi := range []arch.ABI{arch.X86_64, arch.MIPS64EL} {
		v, _ := abi.Constant("TIOCSTI")
		fmt.Printf("%v: %#x\n", abi, v.Bits)
	}
	// Output:
	// x86_64: 0x5412
	// mips64el: 0x5472
}

func ExampleParseVersion() {
	baseline, _ := arch.ParseVersion("6.1")
	s, _ := arch.X86_64.Syscall("cachestat")
	fmt.Println(s.Since, s.Since <= baseline)
	// Output: 6.5 false
}
