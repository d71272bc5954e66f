#include "textflag.h"

// func systemCall(nr, a, b, c, d, e, f uintptr) (r uintptr)
//
// It loads the registers and goes on to the gate, whose frame is the same.
TEXT ·systemCall(SB),NOSPLIT,$0-64
	MOVD	nr+0(FP), R8
	MOVD	a+8(FP), R0
	MOVD	b+16(FP), R1
	MOVD	c+24(FP), R2
	MOVD	d+32(FP), R3
	MOVD	e+40(FP), R4
	MOVD	f+48(FP), R5
	B	·gate(SB)

// The gate begins with the instruction, 4 bytes long, so that the address that
// a filter sees in seccomp_data.instruction_pointer is known.
TEXT ·gate(SB),NOSPLIT,$0-64
	SVC
	MOVD	R0, r+56(FP)
	RET

// func gateReturn() uintptr
TEXT ·gateReturn(SB),NOSPLIT,$0-8
	MOVD	$·gate(SB), R0
	ADD	$4, R0
	MOVD	R0, ret+0(FP)
	RET

// func crash()
TEXT ·crash(SB),NOSPLIT,$0-0
again:
	UNDEF
	B	again
