// Package bpf is classic BPF as seccomp accepts it: instructions, their text,
// the kernel's acceptance rules, and an emulator. A [Program] exists only
// verified.
package bpf

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// An Instruction is one struct sock_filter (linux/filter.h), 8 bytes:
//
//	 0        16    24    32                64
//	+----------+-----+-----+-----------------+
//	|    Op    | Jt  | Jf  |        K        |
//	+----------+-----+-----+-----------------+
type Instruction struct {
	Op     uint16
	Jt, Jf uint8
	K      uint32
}

// InstructionSize is sizeof(struct sock_filter), in bytes.
const InstructionSize = 8

// A Program is a sequence of instructions that the kernel accepts as a seccomp
// filter. It never changes; copies share their instructions. Only [Verify]
// makes one: the zero value has no instructions and stands for no program, and
// whoever takes a Program must refuse it (see [Program.IsZero]).
type Program struct {
	code []Instruction
}

// IsZero reports whether p is the zero value, which no kernel accepts.
func (p Program) IsZero() bool { return len(p.code) == 0 }

// Len returns the number of instructions, 1 to [MaxInstructions], or 0 for the
// zero value.
func (p Program) Len() int { return len(p.code) }

// At returns instruction i, for i from 0 to Len()-1.
func (p Program) At(i int) Instruction { return p.code[i] }

// Code returns a copy of the instructions.
func (p Program) Code() []Instruction { return slices.Clone(p.code) }

// Append appends the program as an array of struct sock_filter in the given
// byte order, InstructionSize bytes each, to dst. The zero value appends
// nothing.
func (p Program) Append(dst []byte, order binary.AppendByteOrder) []byte {
	for _, in := range p.code {
		dst = order.AppendUint16(dst, in.Op)
		dst = append(dst, in.Jt, in.Jf)
		dst = order.AppendUint32(dst, in.K)
	}
	return dst
}

// Decode reads an array of struct sock_filter in the given byte order. It
// checks nothing but that the bytes are whole instructions: see [Verify].
func Decode(b []byte, order binary.ByteOrder) ([]Instruction, error) {
	if len(b)%InstructionSize != 0 {
		return nil, fmt.Errorf("%d bytes are not whole instructions of %d bytes each", len(b), InstructionSize)
	}
	code := make([]Instruction, 0, len(b)/InstructionSize)
	for ; len(b) > 0; b = b[InstructionSize:] {
		code = append(code, Instruction{
			Op: order.Uint16(b),
			Jt: b[2],
			Jf: b[3],
			K:  order.Uint32(b[4:]),
		})
	}
	return code, nil
}
