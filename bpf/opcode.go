package bpf

// Classic BPF opcodes (linux/bpf_common.h) that a seccomp filter may use, each
// with its size or source: LdWAbs is BPF_LD|BPF_W|BPF_ABS. A is the
// accumulator, X the index register, both 32 bits wide; M is the scratch
// memory of [MemWords] words.
const (
	LdWAbs uint16 = 0x20 // A = 32-bit word of struct seccomp_data at byte K
	LdLen  uint16 = 0x80 // A = 64, the size of struct seccomp_data
	LdImm  uint16 = 0x00 // A = K
	LdMem  uint16 = 0x60 // A = M[K]

	LdxImm uint16 = 0x01 // X = K
	LdxMem uint16 = 0x61 // X = M[K]
	LdxLen uint16 = 0x81 // X = 64

	St  uint16 = 0x02 // M[K] = A
	Stx uint16 = 0x03 // M[K] = X

	AddK uint16 = 0x04 // A += K
	AddX uint16 = 0x0c
	SubK uint16 = 0x14
	SubX uint16 = 0x1c
	MulK uint16 = 0x24
	MulX uint16 = 0x2c
	DivK uint16 = 0x34 // unsigned; K is not 0
	DivX uint16 = 0x3c // unsigned; X == 0 ends the program with the value 0
	OrK  uint16 = 0x44
	OrX  uint16 = 0x4c
	AndK uint16 = 0x54
	AndX uint16 = 0x5c
	LshK uint16 = 0x64 // K < 32
	LshX uint16 = 0x6c // by the low five bits of X
	RshK uint16 = 0x74 // logical; K < 32
	RshX uint16 = 0x7c // logical, by the low five bits of X
	Neg  uint16 = 0x84 // A = -A
	XorK uint16 = 0xa4
	XorX uint16 = 0xac

	Ja    uint16 = 0x05 // pc += K
	JeqK  uint16 = 0x15 // pc += A == K ? Jt : Jf
	JeqX  uint16 = 0x1d
	JgtK  uint16 = 0x25 // unsigned
	JgtX  uint16 = 0x2d
	JgeK  uint16 = 0x35 // unsigned
	JgeX  uint16 = 0x3d
	JsetK uint16 = 0x45 // A & K != 0
	JsetX uint16 = 0x4d

	RetK uint16 = 0x06 // return K
	RetA uint16 = 0x16 // return A

	Tax uint16 = 0x07 // X = A
	Txa uint16 = 0x87 // A = X
)

// Limits of a classic BPF program (linux/bpf_common.h, linux/filter.h).
const (
	MaxInstructions = 4096 // BPF_MAXINSNS
	MemWords        = 16   // BPF_MEMWORDS
	MaxSkip         = 255  // instructions that a conditional jump can pass over
)

// Stmt returns an instruction that does not jump; for [Ja] too, whose K is the
// number of instructions passed over.
func Stmt(op uint16, k uint32) Instruction { return Instruction{Op: op, K: k} }

// Jump returns a conditional jump that passes over jt instructions when the
// condition holds, and jf when it does not.
func Jump(op uint16, k uint32, jt, jf uint8) Instruction {
	return Instruction{Op: op, Jt: jt, Jf: jf, K: k}
}
