#include "textflag.h"

#define SYS_write	1
#define SIGPROF	27
#define SIGSETXID	33
#define SI_KERNEL	0x80
#define SI_TIMER	-2
#define SI_TKILL	-6

// relaySignal is called by the kernel, by the C convention: signal in RDI,
// siginfo_t* in RSI, ucontext in RDX. It writes the start of the siginfo_t to
// the pipe and needs no g. sigreturn restores all registers.
TEXT ·relaySignal(SB),NOSPLIT|NOFRAME,$0-0
	MOVL	·relayTo(SB), DI
	MOVL	$24, DX			// sizeof(record)
	MOVL	$SYS_write, AX
	SYSCALL
	RET

// relayShared stands in for the runtime's handler where the runtime has one that
// it needs. It leaves those signals to that, with all registers and the stack as
// they were, that are of this process's own making: faults (si_code > 0), those of
// its profiling timers, and those that it has sent to itself, which no other
// process can make look like that (SI_USER, SI_TKILL).
//
// For a file (F_SETSIG, fcntl(2)) the kernel sends anybody any signal, with a code
// above 0 if the signal stands for no fault, and else with SI_SIGIO (fs/fcntl.c).
TEXT ·relayShared(SB),NOSPLIT|NOFRAME,$0-0
	MOVL	8(SI), AX		// si_code
	TESTL	AX, AX
	JGT	kernel
	JEQ	sent
	CMPL	AX, $SI_TKILL
	JEQ	sent
	CMPL	AX, $SI_TIMER
	JNE	relay
	CMPL	DI, $SIGPROF
	JEQ	runtime
relay:
	JMP	·relaySignal(SB)
kernel:
	CMPL	DI, $SIGSETXID
	JEQ	relay
	CMPL	DI, $SIGPROF
	JNE	runtime
	CMPL	AX, $SI_KERNEL		// setitimer(2)
	JEQ	runtime
	JMP	·relaySignal(SB)
sent:
	MOVL	16(SI), AX		// si_pid
	CMPL	AX, ·relayPID(SB)
	JNE	relay
runtime:
	MOVQ	·relayRuntime(SB), AX
	JMP	AX

// func relayAddresses() (exclusive, shared uintptr)
TEXT ·relayAddresses(SB),NOSPLIT,$0-16
	LEAQ	·relaySignal(SB), AX
	MOVQ	AX, exclusive+0(FP)
	LEAQ	·relayShared(SB), AX
	MOVQ	AX, shared+8(FP)
	RET
