#include "textflag.h"

#define SYS_write	1

// relaySignal is called by the kernel, by the C convention: signal in RDI,
// siginfo_t* in RSI, ucontext in RDX. It writes the start of the siginfo_t to
// the pipe and needs no g. sigreturn restores all registers.
TEXT ·relaySignal(SB),NOSPLIT|NOFRAME,$0-0
	MOVL	·relayTo(SB), DI
	MOVL	$24, DX			// sizeof(record)
	MOVL	$SYS_write, AX
	SYSCALL
	RET

// func relaySignalAddress() uintptr
TEXT ·relaySignalAddress(SB),NOSPLIT,$0-8
	LEAQ	·relaySignal(SB), AX
	MOVQ	AX, ret+0(FP)
	RET
