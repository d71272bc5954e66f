package bpf_test

import (
	"fmt"
	"os"

	"sandbox/bpf"
)

// A program for x86_64 that denies ptrace, run in the emulator.
func Example() {
	code, err := bpf.Parse(`
		ld [4]
		jeq #0xc000003e, 0, 3
		ld [0]
		jeq #101, 0, 2
		ret #0x50001
		ret #0x80000000
		ret #0x7fff0000
	`)
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := bpf.Verify(code)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, nr := range []uint32{101, 102} {
		r, executed := p.Run(&bpf.Data{Arch: 0xc000003e, Nr: nr}, false)
		fmt.Println(nr, r, executed, p.Cacheable(0xc000003e, nr))
	}
	if err := bpf.WriteListing(os.Stdout, code, bpf.Listing{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 101 errno(1) 5 false
	// 102 allow 5 true
	// l0: ld [4]                   ; arch
	// l1: jeq #0xc000003e, l2, l5
	// l2: ld [0]                   ; nr
	// l3: jeq #0x65, l4, l6
	// l4: ret #0x50001             ; errno(1)
	// l5: ret #0x80000000          ; kill_process
	// l6: ret #0x7fff0000          ; allow
}
