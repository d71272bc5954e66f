#include "textflag.h"

// func cloneOnto(nr, a, b, c, d uintptr, pl *plan, r *report) (pid uintptr)
//
// The child has all registers of its parent but the stack pointer and the result.
// If that has not changed, it is the parent, for whom a filter has faked the call.
TEXT ·cloneOnto(SB),NOSPLIT|NOFRAME,$0-64
	MOVQ	nr+0(FP), AX
	MOVQ	a+8(FP), DI
	MOVQ	b+16(FP), SI
	MOVQ	c+24(FP), DX
	MOVQ	d+32(FP), R10
	MOVQ	pl+40(FP), R12
	MOVQ	r+48(FP), R13
	XORL	R8, R8
	XORL	R9, R9
	MOVQ	SP, BX
	SYSCALL
	TESTQ	AX, AX
	JNZ	parent
	CMPQ	SP, BX
	JEQ	parent
	SUBQ	$16, SP
	MOVQ	R12, 0(SP)
	MOVQ	R13, 8(SP)
	MOVQ	$·startChild(SB), AX
	CALL	AX
	UNDEF
parent:
	MOVQ	AX, pid+56(FP)
	RET
