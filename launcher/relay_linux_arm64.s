#include "textflag.h"

#define SYS_write	64

// relaySignal is called by the kernel, by the C convention: signal in R0,
// siginfo_t* in R1, ucontext in R2. It writes the start of the siginfo_t to
// the pipe and needs no g. sigreturn restores all registers.
TEXT ·relaySignal(SB),NOSPLIT|NOFRAME,$0-0
	MOVW	·relayTo(SB), R0
	MOVD	$24, R2			// sizeof(record)
	MOVD	$SYS_write, R8
	SVC
	RET

// func relaySignalAddress() uintptr
TEXT ·relaySignalAddress(SB),NOSPLIT,$0-8
	MOVD	$·relaySignal(SB), R0
	MOVD	R0, ret+0(FP)
	RET
