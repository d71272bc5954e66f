#include "textflag.h"

// func systemCall(nr, a, b, c, d, e, f uintptr) (r uintptr)
//
// It loads the registers and goes on to the gate, whose frame is the same.
TEXT ·systemCall(SB),NOSPLIT,$0-64
	MOVQ	nr+0(FP), AX
	MOVQ	a+8(FP), DI
	MOVQ	b+16(FP), SI
	MOVQ	c+24(FP), DX
	MOVQ	d+32(FP), R10
	MOVQ	e+40(FP), R8
	MOVQ	f+48(FP), R9
	JMP	·gate(SB)

// The gate begins with the instruction, 2 bytes long, so that the address that
// a filter sees in seccomp_data.instruction_pointer is known.
TEXT ·gate(SB),NOSPLIT,$0-64
	SYSCALL
	MOVQ	AX, r+56(FP)
	RET

// func gateReturn() uintptr
TEXT ·gateReturn(SB),NOSPLIT,$0-8
	LEAQ	·gate(SB), AX
	ADDQ	$2, AX
	MOVQ	AX, ret+0(FP)
	RET

// func crash()
TEXT ·crash(SB),NOSPLIT,$0-0
again:
	UNDEF
	JMP	again
