// Package bpf is classic BPF as seccomp accepts it.
package bpf

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

// Data is struct seccomp_data (linux/seccomp.h), 64 bytes. Nr holds the 32
// bits of the kernel's signed nr.
type Data struct {
	Nr   uint32
	Arch uint32
	IP   uint64
	Args [6]uint64
}

// API to come (the owner of this package writes it):
//
//	opcode constants, named as in linux/bpf_common.h
//	type Return uint32: KillProcess … Allow (SECCOMP_RET_*), Action()/Data() parts, String()
//	type Program struct{…}                          immutable; the zero value is refused everywhere
//	func Verify(code []Instruction) (Program, error) accepts exactly what the kernel accepts
//	func (p Program) Len() int; At(i int) Instruction
//	func (p Program) Run(d *Data, bigEndian bool) (r Return, executed int)
//	func (p Program) Cacheable(audit, nr uint32) bool   the kernel's action-cache emulator
//	func (p Program) Append(dst []byte, order binary.AppendByteOrder) []byte; Decode(b, order) ([]Instruction, error)
//	func (in Instruction) String() string            one line of text form; Disassemble(w, …)
