//go:build linux

package oracle

import (
	"fmt"
	"runtime"

	"sandbox/arch"
	"sandbox/bpf"
)

// Entries knows the oracle's entries into the kernel, and so what a filter sees
// of a call through one of them.
type Entries struct {
	native           arch.ABI
	nativeIP, i386IP uint64 // the addresses behind the instructions that enter
}

// FindEntries asks the kernel for the instruction pointers that it shows to a
// filter.
func FindEntries() (Entries, error) {
	native, ok := arch.ForGOARCH(runtime.GOARCH)
	if !ok {
		return Entries{}, fmt.Errorf("no native ABI is known for %s", runtime.GOARCH)
	}
	e := Entries{native: native}
	var err error
	if e.nativeIP, err = instructionPointer(false, native.BigEndian()); err != nil {
		return Entries{}, err
	}
	if haveInt80 {
		e.i386IP, err = instructionPointer(true, native.BigEndian())
	}
	return e, err
}

// Data returns the seccomp_data that the kernel shows to a filter for the call.
func (e Entries) Data(c Call) bpf.Data {
	if c.I386 {
		return bpf.Data{Nr: c.Nr, Arch: arch.I386.Audit(), IP: e.i386IP, Args: c.Args}
	}
	return bpf.Data{Nr: c.Nr, Arch: e.native.Audit(), IP: e.nativeIP, Args: c.Args}
}

// instructionPointer reads the address in pieces of 12 bits, each through the
// errno of a call whose first argument is the shift. The second argument
// selects the half.
func instructionPointer(i386, bigEndian bool) (uint64, error) {
	low := func(field uint32) uint32 { return bpf.OffsetLow(field, bigEndian) }
	p, err := bpf.Verify([]bpf.Instruction{
		bpf.Stmt(bpf.LdWAbs, low(bpf.OffsetArg(0))),
		bpf.Stmt(bpf.Tax, 0),
		bpf.Stmt(bpf.LdWAbs, low(bpf.OffsetArg(1))),
		bpf.Jump(bpf.JeqK, 0, 0, 2),
		bpf.Stmt(bpf.LdWAbs, low(bpf.OffsetIP)),
		bpf.Stmt(bpf.Ja, 1),
		bpf.Stmt(bpf.LdWAbs, bpf.OffsetHigh(bpf.OffsetIP, bigEndian)),
		bpf.Stmt(bpf.RshX, 0),
		bpf.Stmt(bpf.AndK, bpf.MaxErrno),
		bpf.Stmt(bpf.OrK, uint32(bpf.Errno)),
		bpf.Stmt(bpf.RetA, 0),
	})
	if err != nil {
		return 0, err
	}
	var calls []Call
	for half := range uint64(2) {
		for _, shift := range []uint64{0, 12, 24} {
			calls = append(calls, Call{I386: i386, Args: [6]uint64{shift, half}})
		}
	}
	errnos, err := Errnos(p, calls)
	if err != nil {
		return 0, err
	}
	var ip uint64
	for i, c := range calls {
		ip |= uint64(errnos[i]) << (c.Args[0] + 32*c.Args[1])
	}
	return ip, nil
}
