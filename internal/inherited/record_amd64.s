//go:build linux && !cgo

#include "go_asm.h"
#include "textflag.h"

#define SYS_write		1
#define SYS_rt_sigaction	13
#define SYS_rt_sigprocmask	14
#define SYS_fcntl		72
#define SYS_prctl		157
#define SYS_arch_prctl		158
#define SYS_exit_group		231
#define SYS_prlimit64		302

#define ARCH_SET_FS		0x1002
#define F_GETFD			1
#define PR_GET_PDEATHSIG	2
#define RLIMIT_NOFILE		7
#define RLIMIT_AS		9
#define SIG_IGN			1
#define EBADF			9

// runtime·rt0_go calls the function at _cgo_init, if there is one, before
// everything else that it does (runtime/asm_amd64.s). In a program without cgo
// nothing else sets it.
DATA _cgo_init(SB)/8, $·hook(SB)
GLOBL _cgo_init(SB), NOPTR, $8

// The first thread's thread-local storage: one word, the current g.
GLOBL ·tls(SB), NOPTR, $16

// hook runs on the kernel's stack, called by the C convention: RBX, RBP and
// R12 to R15 belong to the caller. There is no g, no heap and no signal handler
// yet; it makes system calls that only ask, and writes to record; or
// it ends this process.
//
// MemProfileRate is to be set before anything is allocated, which only this
// code is in time for. Nobody reads a memory profile of a launcher, and its
// first sample, of what the runtime itself allocates, takes six page faults.
TEXT ·hook(SB),NOSPLIT|NOFRAME,$0-0
	MOVQ	·memProfileRate(SB), AX
	MOVQ	$0, (AX)
	PUSHQ	BX
	PUSHQ	R12

	// With a _cgo_init, rt0_go leaves thread-local storage to it. The runtime
	// addresses g as -8(FS), and otherwise points FS into m0; it finds g only
	// through FS, so that any word will do.
	MOVQ	$ARCH_SET_FS, DI
	LEAQ	·tls+8(SB), SI
	MOVQ	$SYS_arch_prctl, AX
	SYSCALL
	TESTQ	AX, AX
	JZ	dispositions
	INT	$3

dispositions:
	// A runtime that runs out of it exits with 2, and a trace of itself.
	MOVQ	$-1, ·scratch(SB)	// no limit, if that cannot be asked
	XORL	DI, DI
	MOVL	$RLIMIT_AS, SI
	XORL	DX, DX
	LEAQ	·scratch(SB), R10
	MOVL	$SYS_prlimit64, AX
	SYSCALL
	CMPQ	·scratch(SB), $const_leastSpace
	JCC	space
	MOVL	$2, DI
	MOVQ	·noSpace(SB), SI
	MOVQ	·noSpace+8(SB), DX
	MOVL	$SYS_write, AX
	SYSCALL
	MOVL	$const_exitFailed, DI
	MOVL	$SYS_exit_group, AX
	SYSCALL
	INT	$3

space:
	XORL	R12, R12		// the ignored signals so far
	MOVL	$1, BX			// the signal
next:
	MOVQ	BX, DI
	XORL	SI, SI
	LEAQ	·scratch(SB), DX
	MOVL	$8, R10			// sizeof(sigset_t)
	MOVL	$SYS_rt_sigaction, AX
	SYSCALL
	TESTQ	AX, AX
	JNZ	limit
	CMPQ	·scratch(SB), $SIG_IGN
	JNE	notIgnored
	LEAQ	-1(BX), CX
	BTSQ	CX, R12
notIgnored:
	INCL	BX
	CMPL	BX, $64
	JLE	next
	MOVQ	R12, ·record+State_Ignored(SB)

	XORL	DI, DI
	XORL	SI, SI
	LEAQ	·record+State_Blocked(SB), DX
	MOVL	$8, R10
	MOVL	$SYS_rt_sigprocmask, AX
	SYSCALL
	TESTQ	AX, AX
	JNZ	limit
	MOVB	$1, ·record+State_SignalsKnown(SB)

limit:
	XORL	DI, DI
	MOVL	$RLIMIT_NOFILE, SI
	XORL	DX, DX
	LEAQ	·record+State_OpenFiles(SB), R10
	MOVL	$SYS_prlimit64, AX
	SYSCALL
	TESTQ	AX, AX
	JNZ	deathSignal
	MOVB	$1, ·record+State_LimitKnown(SB)

deathSignal:
	MOVL	$PR_GET_PDEATHSIG, DI
	LEAQ	·record+State_DeathSignal(SB), SI
	MOVL	$SYS_prctl, AX
	SYSCALL

	XORL	R12, R12		// the closed descriptors so far
	XORL	BX, BX			// the descriptor
descriptor:
	MOVL	BX, DI
	MOVL	$F_GETFD, SI
	MOVL	$SYS_fcntl, AX
	SYSCALL
	TESTQ	AX, AX
	JGE	open
	CMPQ	AX, $-EBADF
	JNE	done
	BTSQ	BX, R12
open:
	INCL	BX
	CMPL	BX, $3
	JLT	descriptor
	MOVB	R12, ·record+State_ClosedStdio(SB)
	MOVB	$1, ·record+State_StdioKnown(SB)

done:
	POPQ	R12
	POPQ	BX
	RET
