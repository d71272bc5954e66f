#include "textflag.h"

// siginfo_t: si_signo at 0, si_errno at 4, si_code at 8, si_pid at 16.

// noteSender is called by the kernel, by the C convention: signal in R0,
// siginfo_t* in R1, ucontext in R2. It changes only R9 to R11, which belong to
// it, and needs no g.
TEXT ·noteSender(SB),NOSPLIT|NOFRAME,$0-0
	MOVWU	8(R1), R9
	MOVWU	16(R1), R10
	ORR	R10<<32, R9
	MOVD	$·senders(SB), R11
	ADD	R0<<3, R11
	MOVD	R9, (R11)
	MOVD	·goHandler(SB), R9
	B	(R9)

// func noteSenderAddress() uintptr
TEXT ·noteSenderAddress(SB),NOSPLIT,$0-8
	MOVD	$·noteSender(SB), R0
	MOVD	R0, ret+0(FP)
	RET
