#include "textflag.h"

#define SYS_clone	56
#define SYS_exit	60
#define SYS_futex	202

// func cloneWaiting(flags uintptr, w *waiting, tid *uint32) (r uintptr)
//
// The new thread has the stack of the old one, so it touches none, and no
// registers that it was not given. The kernel writes its id to tid first: without
// one, a filter around this process has faked that there is a new thread, and
// this is the old one, which returns 0. It waits for w.released, which is the first
// word, or a while, as a wake-up can be faked, too; then it counts itself in w.left,
// and ends.
TEXT ·cloneWaiting(SB),NOSPLIT,$0-32
	MOVQ	flags+0(FP), DI
	MOVQ	w+8(FP), R12
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
	MOVL	0(R12), AX
	TESTL	AX, AX
	JNZ	leave
	MOVQ	R12, DI
	MOVL	$128, SI		// FUTEX_WAIT_PRIVATE
	XORL	DX, DX
	LEAQ	8(R12), R10		// w.most
	MOVL	$SYS_futex, AX
	SYSCALL
	JMP	wait
leave:
	LOCK
	INCL	4(R12)
again:
	XORL	DI, DI
	MOVL	$SYS_exit, AX
	SYSCALL
	JMP	again
