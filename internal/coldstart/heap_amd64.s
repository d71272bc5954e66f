//go:build linux && !cgo

#include "textflag.h"

#define SYS_mmap		9
#define SYS_madvise		28

#define PROT_READ_WRITE		3
#define MAP_PRIVATE_FIXED_ANON	0x32
#define MADV_HUGEPAGE		14
#define CHUNK			(4<<20)

// runtime·mmap calls the function at _cgo_mmap, if there is one, in place of
// the system call (runtime/cgo_mmap.go, made for cgo's memory sanitizer). In a
// program without cgo nothing else sets it.
DATA _cgo_mmap(SB)/8, $·mmap(SB)
GLOBL _cgo_mmap(SB), NOPTR, $8

// mmap(address DI, length SI, protection DX, flags CX, descriptor R8, offset R9)
// returns the address, or the error as a small positive number. It is called by
// the C convention, on the system stack, in places where nothing may be
// allocated or locked.
//
// The heap grows by whole chunks of 4 MiB, aligned to that ((*mheap).grow). That
// tells it from what else the runtime maps; where it does not, no harm is done.
// What madvise answers does not matter.
TEXT ·mmap(SB),NOSPLIT|NOFRAME,$0-0
	MOVL	CX, R10
	MOVL	$SYS_mmap, AX
	SYSCALL
	CMPQ	AX, $-4095
	JCC	failed
	CMPL	R10, $MAP_PRIVATE_FIXED_ANON
	JNE	done
	CMPL	DX, $PROT_READ_WRITE
	JNE	done
	MOVQ	AX, CX
	ORQ	SI, CX
	TESTL	$(CHUNK-1), CX
	JNZ	done
	MOVQ	AX, R8			// which the kernel does not change
	MOVQ	AX, DI
	MOVL	$MADV_HUGEPAGE, DX
	MOVL	$SYS_madvise, AX
	SYSCALL
	MOVQ	R8, AX
done:
	RET
failed:
	NEGQ	AX
	RET
