#include "textflag.h"

// func cloneOnto(nr, a, b, c, d uintptr, pl *plan, r *report) (pid uintptr)
//
// The child has all registers of its parent but the stack pointer and the result.
// If that has not changed, it is the parent, for whom a filter has faked the call.
TEXT ·cloneOnto(SB),NOSPLIT|NOFRAME,$0-64
	MOVD	nr+0(FP), R8
	MOVD	a+8(FP), R0
	MOVD	b+16(FP), R1
	MOVD	c+24(FP), R2
	MOVD	d+32(FP), R3
	MOVD	$0, R4
	MOVD	$0, R5
	MOVD	pl+40(FP), R9
	MOVD	r+48(FP), R10
	MOVD	RSP, R11
	SVC
	CBNZ	R0, parent
	MOVD	RSP, R12
	CMP	R11, R12
	BEQ	parent
	SUB	$32, R12
	MOVD	R12, RSP
	MOVD	R9, 8(RSP)
	MOVD	R10, 16(RSP)
	MOVD	$·startChild(SB), R0
	CALL	(R0)
	UNDEF
parent:
	MOVD	R0, pid+56(FP)
	RET
