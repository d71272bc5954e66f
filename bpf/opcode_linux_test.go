package bpf_test

import (
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"sandbox/bpf"
)

// The opcodes are sums of the header's parts.
func TestOpcodes(t *testing.T) {
	const k, x = unix.BPF_K, unix.BPF_X
	alu := func(op int) int { return unix.BPF_ALU | op }
	jmp := func(op int) int { return unix.BPF_JMP | op }
	tests := map[uint16]int{
		bpf.LdWAbs: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS,
		bpf.LdLen:  unix.BPF_LD | unix.BPF_W | unix.BPF_LEN,
		bpf.LdImm:  unix.BPF_LD | unix.BPF_IMM,
		bpf.LdMem:  unix.BPF_LD | unix.BPF_MEM,
		bpf.LdxImm: unix.BPF_LDX | unix.BPF_IMM,
		bpf.LdxMem: unix.BPF_LDX | unix.BPF_MEM,
		bpf.LdxLen: unix.BPF_LDX | unix.BPF_W | unix.BPF_LEN,
		bpf.St:     unix.BPF_ST,
		bpf.Stx:    unix.BPF_STX,
		bpf.AddK:   alu(unix.BPF_ADD) | k, bpf.AddX: alu(unix.BPF_ADD) | x,
		bpf.SubK: alu(unix.BPF_SUB) | k, bpf.SubX: alu(unix.BPF_SUB) | x,
		bpf.MulK: alu(unix.BPF_MUL) | k, bpf.MulX: alu(unix.BPF_MUL) | x,
		bpf.DivK: alu(unix.BPF_DIV) | k, bpf.DivX: alu(unix.BPF_DIV) | x,
		bpf.OrK: alu(unix.BPF_OR) | k, bpf.OrX: alu(unix.BPF_OR) | x,
		bpf.AndK: alu(unix.BPF_AND) | k, bpf.AndX: alu(unix.BPF_AND) | x,
		bpf.LshK: alu(unix.BPF_LSH) | k, bpf.LshX: alu(unix.BPF_LSH) | x,
		bpf.RshK: alu(unix.BPF_RSH) | k, bpf.RshX: alu(unix.BPF_RSH) | x,
		bpf.XorK: alu(unix.BPF_XOR) | k, bpf.XorX: alu(unix.BPF_XOR) | x,
		bpf.Neg:  alu(unix.BPF_NEG),
		bpf.Ja:   jmp(unix.BPF_JA),
		bpf.JeqK: jmp(unix.BPF_JEQ) | k, bpf.JeqX: jmp(unix.BPF_JEQ) | x,
		bpf.JgtK: jmp(unix.BPF_JGT) | k, bpf.JgtX: jmp(unix.BPF_JGT) | x,
		bpf.JgeK: jmp(unix.BPF_JGE) | k, bpf.JgeX: jmp(unix.BPF_JGE) | x,
		bpf.JsetK: jmp(unix.BPF_JSET) | k, bpf.JsetX: jmp(unix.BPF_JSET) | x,
		bpf.RetK: unix.BPF_RET | k,
		bpf.RetA: unix.BPF_RET | unix.BPF_A,
		bpf.Tax:  unix.BPF_MISC | unix.BPF_TAX,
		bpf.Txa:  unix.BPF_MISC | unix.BPF_TXA,
	}
	for got, want := range tests {
		if int(got) != want {
			t.Errorf("opcode 0x%x, want 0x%x", got, want)
		}
	}
	if len(tests) != len(allOps()) {
		t.Errorf("%d opcodes are compared, of %d", len(tests), len(allOps()))
	}
	if bpf.MaxInstructions != unix.BPF_MAXINSNS || bpf.MemWords != unix.BPF_MEMWORDS {
		t.Error("the limits are not the header's")
	}
}

// An Instruction can be handed to the kernel as a struct sock_filter.
func TestInstructionLayout(t *testing.T) {
	var in bpf.Instruction
	var f unix.SockFilter
	for _, c := range []struct {
		name      string
		got, want uintptr
	}{
		{"size", unsafe.Sizeof(in), unsafe.Sizeof(f)},
		{"Jt", unsafe.Offsetof(in.Jt), unsafe.Offsetof(f.Jt)},
		{"Jf", unsafe.Offsetof(in.Jf), unsafe.Offsetof(f.Jf)},
		{"K", unsafe.Offsetof(in.K), unsafe.Offsetof(f.K)},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.name, c.got, c.want)
		}
	}
	if unsafe.Sizeof(in) != bpf.InstructionSize || unsafe.Sizeof(bpf.Data{}) != bpf.DataSize {
		t.Error("the sizes are not as stated")
	}
}

func TestReturnValues(t *testing.T) {
	for got, want := range map[bpf.Return]uint32{
		bpf.KillProcess: unix.SECCOMP_RET_KILL_PROCESS,
		bpf.KillThread:  unix.SECCOMP_RET_KILL_THREAD,
		bpf.Trap:        unix.SECCOMP_RET_TRAP,
		bpf.Errno:       unix.SECCOMP_RET_ERRNO,
		bpf.UserNotif:   unix.SECCOMP_RET_USER_NOTIF,
		bpf.Trace:       unix.SECCOMP_RET_TRACE,
		bpf.Log:         unix.SECCOMP_RET_LOG,
		bpf.Allow:       unix.SECCOMP_RET_ALLOW,
	} {
		if uint32(got) != want {
			t.Errorf("%v is 0x%x, want 0x%x", got, uint32(got), want)
		}
	}
}
