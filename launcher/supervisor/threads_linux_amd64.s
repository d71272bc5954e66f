#include "textflag.h"

#define SYS_clone	56
#define SYS_exit	60
#define SYS_futex	202

#define ETIMEDOUT	110

// func cloneSpare(flags uintptr, s *spare, tid *uint32) (r uintptr)
//
// The new thread has the stack of the old one, so it touches none, and no
// registers that it was not given. The kernel writes its id to tid first: without
// one, a filter around this process has faked that there is a new thread, and
// this is the old one, which returns 0. It waits until s.released, which is the
// first word, is set, or s.most is over; a wake-up can be faked. Then it writes to
// s.left which of them it was, and ends.
TEXT ·cloneSpare(SB),NOSPLIT,$0-32
	MOVQ	flags+0(FP), DI
	MOVQ	s+8(FP), R12
	XORL	SI, SI
	XORL	DX, DX
	MOVQ	tid+16(FP), R10
	XORL	R8, R8
	MOVL	$SYS_clone, AX
	SYSCALL
	TESTQ	AX, AX
	JNZ	old
	MOVL	0(R10), R9
	TESTL	R9, R9
	JNZ	wait
old:
	MOVQ	AX, r+24(FP)
	RET
wait:
	MOVL	$1, R13			// leftReleased
	MOVL	0(R12), AX
	TESTL	AX, AX
	JNZ	leave
	MOVQ	R12, DI
	MOVL	$128, SI		// FUTEX_WAIT_PRIVATE
	XORL	DX, DX
	LEAQ	8(R12), R10		// s.most
	MOVL	$SYS_futex, AX
	SYSCALL
	CMPQ	AX, $-ETIMEDOUT
	JNE	wait
	MOVL	$2, R13			// leftAlone
leave:
	XCHGL	R13, 4(R12)		// s.left
again:
	XORL	DI, DI
	MOVL	$SYS_exit, AX
	SYSCALL
	JMP	again
