package prove

import (
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/policy/typed"
)

// returning returns a program that returns a value for getppid of x86-64's
// number, and allows everything else.
func returning(t *testing.T, value bpf.Return) bpf.Program {
	t.Helper()
	p, err := bpf.Verify([]bpf.Instruction{
		bpf.Stmt(bpf.LdWAbs, bpf.OffsetNr),
		{Op: bpf.JeqK, Jf: 1, K: 110},
		bpf.Stmt(bpf.RetK, uint32(value)),
		bpf.Stmt(bpf.RetK, uint32(bpf.Allow)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestStacksOfUnknownActions takes of stacked filters' actions the one that the
// kernel takes (tried on Linux 6.18): it compares those that it does not know as
// numbers, too, and kills for one only if that is what it took.
func TestStacksOfUnknownActions(t *testing.T) {
	for _, test := range []struct {
		older, newer bpf.Return
		want         typed.Action
	}{
		{0x7ffd0000, bpf.Log, typed.Action{Kind: typed.Log}},
		{bpf.Log, 0x7ffd0000, typed.Action{Kind: typed.Log}},
		{0x7ffd0000, bpf.Allow, typed.Action{Kind: typed.KillProcess}},
		{0x00060000, bpf.Errno.With(5), typed.Action{Kind: typed.Errno, Data: 5}},
		{0x00010000, bpf.Errno.With(5), typed.Action{Kind: typed.KillProcess}},
		{0x00010000, bpf.KillThread, typed.Action{Kind: typed.KillThread}},
		{0x80010000, bpf.KillThread, typed.Action{Kind: typed.KillProcess}},
		{bpf.Errno.With(5), bpf.Errno.With(6), typed.Action{Kind: typed.Errno, Data: 6}},
	} {
		stack := ProgramSide(false, returning(t, test.older), returning(t, test.newer))
		call := typed.Call{Nr: 110, Arch: arch.X86_64.Audit()}
		if got := stack.Decide(&call); got != test.want {
			t.Errorf("%#x and %#x: the stack does %v, want %v", uint32(test.older), uint32(test.newer), got, test.want)
		}
		one := ProgramSide(false, returning(t, bpf.Return(returnValue(test.want))))
		if d, err := Compare(stack, one, nil); err != nil || !d.Equal() {
			t.Errorf("%#x and %#x: not %v: %+v, %v", uint32(test.older), uint32(test.newer), test.want, d, err)
		}
	}
}
