#include "textflag.h"

#define SYS_exit	93
#define SYS_futex	98
#define SYS_clone	220

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
	MOVD	flags+0(FP), R0
	MOVD	s+8(FP), R9
	MOVD	$0, R1
	MOVD	$0, R2
	MOVD	$0, R3
	MOVD	tid+16(FP), R4
	MOVD	$SYS_clone, R8
	SVC
	CBNZ	R0, old
	MOVWU	(R4), R5
	CBNZW	R5, wait
old:
	MOVD	R0, r+24(FP)
	RET
wait:
	MOVD	$1, R11			// leftReleased
	LDARW	(R9), R0
	CBNZW	R0, leave
	MOVD	R9, R0
	MOVD	$128, R1		// FUTEX_WAIT_PRIVATE
	MOVD	$0, R2
	ADD	$8, R9, R3		// s.most
	MOVD	$SYS_futex, R8
	SVC
	CMN	$ETIMEDOUT, R0
	BNE	wait
	MOVD	$2, R11			// leftAlone
leave:
	ADD	$4, R9, R10		// s.left
	STLRW	R11, (R10)
again:
	MOVD	$0, R0
	MOVD	$SYS_exit, R8
	SVC
	B	again
