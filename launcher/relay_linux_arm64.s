#include "textflag.h"

#define SYS_write	64
#define SIGPROF	27
#define SIGSETXID	33
#define SI_KERNEL	0x80
#define SI_TIMER	-2
#define SI_TKILL	-6

// relaySignal is called by the kernel, by the C convention: signal in R0,
// siginfo_t* in R1, ucontext in R2. It writes the start of the siginfo_t to
// the pipe and needs no g. sigreturn restores all registers.
TEXT ·relaySignal(SB),NOSPLIT|NOFRAME,$0-0
	MOVW	·relayTo(SB), R0
	MOVD	$24, R2			// sizeof(record)
	MOVD	$SYS_write, R8
	SVC
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
	MOVW	8(R1), R3		// si_code
	CMPW	$0, R3
	BGT	kernel
	BEQ	sent
	CMPW	$SI_TKILL, R3
	BEQ	sent
	CMPW	$SI_TIMER, R3
	BNE	relay
	CMPW	$SIGPROF, R0
	BEQ	runtime
relay:
	B	·relaySignal(SB)
kernel:
	CMPW	$SIGSETXID, R0
	BEQ	relay
	CMPW	$SIGPROF, R0
	BNE	runtime
	CMPW	$SI_KERNEL, R3		// setitimer(2)
	BEQ	runtime
	B	·relaySignal(SB)
sent:
	MOVW	16(R1), R3		// si_pid
	MOVW	·relayPID(SB), R4
	CMPW	R4, R3
	BNE	relay
runtime:
	MOVD	·relayRuntime(SB), R3
	B	(R3)

// func relayAddresses() (exclusive, shared uintptr)
TEXT ·relayAddresses(SB),NOSPLIT,$0-16
	MOVD	$·relaySignal(SB), R0
	MOVD	R0, exclusive+0(FP)
	MOVD	$·relayShared(SB), R0
	MOVD	R0, shared+8(FP)
	RET
