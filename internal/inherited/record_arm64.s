//go:build linux && !cgo

#include "go_asm.h"
#include "textflag.h"

#define SYS_fcntl		25
#define SYS_write		64
#define SYS_exit_group		94
#define SYS_rt_sigaction	134
#define SYS_rt_sigprocmask	135
#define SYS_prctl		167
#define SYS_prlimit64		261

#define F_GETFD			1
#define PR_GET_PDEATHSIG	2
#define RLIMIT_NOFILE		7
#define RLIMIT_AS		9
#define SIG_IGN			1
#define EBADF			9

// runtime·rt0_go calls the function at _cgo_init, if there is one, before
// everything else that it does (runtime/asm_arm64.s). In a program without cgo
// nothing else sets it.
DATA _cgo_init(SB)/8, $·hook(SB)
GLOBL _cgo_init(SB), NOPTR, $8

// hook runs on the kernel's stack, called by the C convention: R19 to R29
// belong to the caller (R28 is g already). There is no heap and no signal
// handler yet; it makes system calls that only ask, which change no register
// but R0, and writes to record; or it ends this process. Unlike on amd64 there is no thread-local
// storage to set up: without cgo the runtime keeps g in its register.
//
// MemProfileRate is to be set before anything is allocated, which only this
// code is in time for. Nobody reads a memory profile of a launcher, and its
// first sample, of what the runtime itself allocates, takes six page faults.
TEXT ·hook(SB),NOSPLIT|NOFRAME,$0-0
	MOVD	·memProfileRate(SB), R9
	MOVD	ZR, (R9)
	MOVD	$·record(SB), R9
	MOVD	$·scratch(SB), R10

	// A runtime that runs out of it exits with 2, and a trace of itself.
	MOVD	$-1, R0			// no limit, if that cannot be asked
	MOVD	R0, (R10)
	MOVD	$0, R0
	MOVD	$RLIMIT_AS, R1
	MOVD	$0, R2
	MOVD	R10, R3
	MOVD	$SYS_prlimit64, R8
	SVC
	MOVD	(R10), R0
	MOVD	$const_leastSpace, R1
	CMP	R1, R0
	BHS	space
	MOVD	$2, R0
	MOVD	·noSpace(SB), R1
	MOVD	·noSpace+8(SB), R2
	MOVD	$SYS_write, R8
	SVC
	MOVD	$const_exitFailed, R0
	MOVD	$SYS_exit_group, R8
	SVC
	BRK	$0

space:
	MOVD	$0, R11			// the ignored signals so far
	MOVD	$1, R12			// the signal's bit
	MOVD	$1, R13			// the signal
next:
	MOVD	R13, R0
	MOVD	$0, R1
	MOVD	R10, R2
	MOVD	$8, R3			// sizeof(sigset_t)
	MOVD	$SYS_rt_sigaction, R8
	SVC
	CBNZ	R0, limit
	MOVD	(R10), R0
	CMP	$SIG_IGN, R0
	BNE	notIgnored
	ORR	R12, R11
notIgnored:
	LSL	$1, R12
	ADD	$1, R13
	CMP	$64, R13
	BLE	next
	MOVD	R11, State_Ignored(R9)

	MOVD	$0, R0
	MOVD	$0, R1
	ADD	$State_Blocked, R9, R2
	MOVD	$8, R3
	MOVD	$SYS_rt_sigprocmask, R8
	SVC
	CBNZ	R0, limit
	MOVD	$1, R0
	MOVB	R0, State_SignalsKnown(R9)

limit:
	MOVD	$0, R0
	MOVD	$RLIMIT_NOFILE, R1
	MOVD	$0, R2
	ADD	$State_OpenFiles, R9, R3
	MOVD	$SYS_prlimit64, R8
	SVC
	CBNZ	R0, deathSignal
	MOVD	$1, R0
	MOVB	R0, State_LimitKnown(R9)

deathSignal:
	MOVD	$PR_GET_PDEATHSIG, R0
	ADD	$State_DeathSignal, R9, R1
	MOVD	$SYS_prctl, R8
	SVC

	MOVD	$0, R11			// the closed descriptors so far
	MOVD	$1, R12			// the descriptor's bit
	MOVD	$0, R13			// the descriptor
descriptor:
	MOVD	R13, R0
	MOVD	$F_GETFD, R1
	MOVD	$SYS_fcntl, R8
	SVC
	TBZ	$63, R0, open
	CMN	$EBADF, R0
	BNE	done
	ORR	R12, R11
open:
	LSL	$1, R12
	ADD	$1, R13
	CMP	$3, R13
	BLT	descriptor
	MOVB	R11, State_ClosedStdio(R9)
	MOVD	$1, R0
	MOVB	R0, State_StdioKnown(R9)

done:
	RET
