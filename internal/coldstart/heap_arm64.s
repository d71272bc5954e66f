//go:build linux && !cgo

#include "textflag.h"

#define SYS_mmap		222
#define SYS_madvise		233

#define PROT_READ_WRITE		3
#define MAP_PRIVATE_FIXED_ANON	0x32
#define MADV_HUGEPAGE		14
#define CHUNK			(4<<20)

// runtime·mmap calls the function at _cgo_mmap, if there is one, in place of
// the system call (runtime/cgo_mmap.go, made for cgo's memory sanitizer). In a
// program without cgo nothing else sets it.
DATA _cgo_mmap(SB)/8, $·mmap(SB)
GLOBL _cgo_mmap(SB), NOPTR, $8

// mmap(address R0, length R1, protection R2, flags R3, descriptor R4, offset R5)
// returns the address, or the error as a small positive number. It is called by
// the C convention, on the system stack, in places where nothing may be
// allocated or locked. A system call changes no register but R0.
//
// The heap grows by whole chunks of 4 MiB, aligned to that ((*mheap).grow). That
// tells it from what else the runtime maps; where it does not, no harm is done.
// What madvise answers does not matter.
TEXT ·mmap(SB),NOSPLIT|NOFRAME,$0-0
	MOVD	$SYS_mmap, R8
	SVC
	CMN	$4095, R0
	BCS	failed
	CMPW	$MAP_PRIVATE_FIXED_ANON, R3
	BNE	done
	CMPW	$PROT_READ_WRITE, R2
	BNE	done
	ORR	R0, R1, R9
	TST	$(CHUNK-1), R9
	BNE	done
	MOVD	R0, R9
	MOVD	$MADV_HUGEPAGE, R2
	MOVD	$SYS_madvise, R8
	SVC
	MOVD	R9, R0
done:
	RET
failed:
	NEG	R0, R0
	RET
