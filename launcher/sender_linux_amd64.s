#include "textflag.h"

// siginfo_t: si_signo at 0, si_errno at 4, si_code at 8, si_pid at 16.

// noteSender is called by the kernel, by the C convention: signal in RDI,
// siginfo_t* in RSI, ucontext in RDX. It changes only RAX and R8, which belong
// to it, and needs no g.
TEXT ·noteSender(SB),NOSPLIT|NOFRAME,$0-0
	MOVL	8(SI), AX
	MOVL	16(SI), R8
	SHLQ	$32, R8
	ORQ	R8, AX
	LEAQ	·senders(SB), R8
	MOVQ	AX, (R8)(DI*8)
	MOVQ	·goHandler(SB), AX
	JMP	AX

// func noteSenderAddress() uintptr
TEXT ·noteSenderAddress(SB),NOSPLIT,$0-8
	LEAQ	·noteSender(SB), AX
	MOVQ	AX, ret+0(FP)
	RET
