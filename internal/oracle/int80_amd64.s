#include "textflag.h"

// func int80(nr uint32, args *[6]uint64) int32
TEXT ·int80(SB), NOSPLIT|NOFRAME, $0-20
	// The call takes its sixth argument in BP, which Go uses to walk stacks;
	// no signal can ask for a stack meanwhile, since all are blocked.
	PUSHQ BP
	MOVL  nr+0(FP), AX
	MOVQ  args+8(FP), R12
	MOVQ  0(R12), BX
	MOVQ  8(R12), CX
	MOVQ  16(R12), DX
	MOVQ  24(R12), SI
	MOVQ  32(R12), DI
	MOVQ  40(R12), BP
	INT   $0x80
	POPQ  BP
	MOVL  AX, ret+16(FP)
	RET
