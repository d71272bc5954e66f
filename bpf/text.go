package bpf

import "strconv"

// The text form is the one of bpf_asm and bpf_dbg in the kernel's tools/bpf:
//
//	ld [4]                        A = the word at byte 4 of seccomp_data
//	jeq #0xc000003e, 1, 0         relative jumps, as in the instruction
//	jeq #0xc000003e, l2, l1       the same as instruction 0 of a listing
//	ret #0x7fff0000
//
// Two additions make the text of every instruction exact. Fields that the
// opcode does not use, and that are not 0, follow in braces: tax {jt=1 k=0x2}.
// An opcode that seccomp does not know is written op 0x94 {k=0x7}.

// An operand is the shape of what stands behind a mnemonic. It says which
// fields of the instruction the opcode uses.
type operand uint8

const (
	operandNone   operand = iota
	operandAbs            // [K]
	operandLen            // #len
	operandImm            // #K
	operandMem            // M[K]
	operandX              // x
	operandA              // a
	operandSkip           // K, or lN
	operandImmJmp         // #K, Jt, Jf
	operandXJmp           // x, Jt, Jf
	operandOther          // no opcode's
)

func (o operand) usesK() bool {
	switch o {
	case operandAbs, operandImm, operandMem, operandSkip, operandImmJmp:
		return true
	}
	return false
}

func (o operand) jumps() bool { return o == operandImmJmp || o == operandXJmp }

// A mnemonic is how one opcode is written.
type mnemonic struct {
	name    string // "" for opcodes that seccomp does not know
	operand operand
}

// mnemonics is indexed by opcode.
var mnemonics = [...]mnemonic{
	LdWAbs: {"ld", operandAbs},
	LdLen:  {"ld", operandLen},
	LdImm:  {"ld", operandImm},
	LdMem:  {"ld", operandMem},
	LdxImm: {"ldx", operandImm},
	LdxMem: {"ldx", operandMem},
	LdxLen: {"ldx", operandLen},
	St:     {"st", operandMem},
	Stx:    {"stx", operandMem},
	AddK:   {"add", operandImm},
	AddX:   {"add", operandX},
	SubK:   {"sub", operandImm},
	SubX:   {"sub", operandX},
	MulK:   {"mul", operandImm},
	MulX:   {"mul", operandX},
	DivK:   {"div", operandImm},
	DivX:   {"div", operandX},
	OrK:    {"or", operandImm},
	OrX:    {"or", operandX},
	AndK:   {"and", operandImm},
	AndX:   {"and", operandX},
	LshK:   {"lsh", operandImm},
	LshX:   {"lsh", operandX},
	RshK:   {"rsh", operandImm},
	RshX:   {"rsh", operandX},
	Neg:    {"neg", operandNone},
	XorK:   {"xor", operandImm},
	XorX:   {"xor", operandX},
	Ja:     {"ja", operandSkip},
	JeqK:   {"jeq", operandImmJmp},
	JeqX:   {"jeq", operandXJmp},
	JgtK:   {"jgt", operandImmJmp},
	JgtX:   {"jgt", operandXJmp},
	JgeK:   {"jge", operandImmJmp},
	JgeX:   {"jge", operandXJmp},
	JsetK:  {"jset", operandImmJmp},
	JsetX:  {"jset", operandXJmp},
	RetK:   {"ret", operandImm},
	RetA:   {"ret", operandA},
	Tax:    {"tax", operandNone},
	Txa:    {"txa", operandNone},
}

// mnemonicOf returns the mnemonic of op; its name is "" where seccomp knows
// no such opcode.
func mnemonicOf(op uint16) mnemonic {
	if int(op) < len(mnemonics) {
		return mnemonics[op]
	}
	return mnemonic{}
}

// String returns the instruction as text, with relative jumps. [Parse] gives
// it back.
func (in Instruction) String() string {
	return string(in.appendText(make([]byte, 0, 32), -1))
}

// Redacted returns the instruction as String does, with #secret in the place of
// its constant. [Parse] does not read that. It is for instructions that compare
// or compute with K, or load it.
func (in Instruction) Redacted() string {
	return string(in.appendRedacted(make([]byte, 0, 32), -1))
}

// appendRedacted is appendText for Redacted.
func (in Instruction) appendRedacted(dst []byte, pc int) []byte {
	m := mnemonicOf(in.Op)
	if m.operand != operandImm && m.operand != operandImmJmp {
		return in.appendText(dst, pc)
	}
	dst = append(append(dst, m.name...), " #secret"...)
	if m.operand.jumps() {
		dst = appendTarget(append(dst, ", "...), uint32(in.Jt), pc)
		dst = appendTarget(append(dst, ", "...), uint32(in.Jf), pc)
	}
	return in.appendUnused(dst, m.operand)
}

// appendText appends the text of the instruction. At index pc of a program, 0
// or more, jumps are written with their targets; else relative.
func (in Instruction) appendText(dst []byte, pc int) []byte {
	m := mnemonicOf(in.Op)
	if m.name == "" {
		dst = append(dst, "op "...)
		dst = appendHex(dst, uint32(in.Op))
		return in.appendUnused(dst, m.operand)
	}
	dst = append(dst, m.name...)
	if m.operand != operandNone {
		dst = append(dst, ' ')
	}
	switch m.operand {
	case operandAbs:
		dst = append(dst, '[')
		dst = strconv.AppendUint(dst, uint64(in.K), 10)
		dst = append(dst, ']')
	case operandMem:
		dst = append(dst, "M["...)
		dst = strconv.AppendUint(dst, uint64(in.K), 10)
		dst = append(dst, ']')
	case operandLen:
		dst = append(dst, "#len"...)
	case operandImm, operandImmJmp:
		dst = append(dst, '#')
		dst = appendHex(dst, in.K)
	case operandX, operandXJmp:
		dst = append(dst, 'x')
	case operandA:
		dst = append(dst, 'a')
	case operandSkip:
		dst = appendTarget(dst, in.K, pc)
	}
	if m.operand.jumps() {
		dst = append(dst, ", "...)
		dst = appendTarget(dst, uint32(in.Jt), pc)
		dst = append(dst, ", "...)
		dst = appendTarget(dst, uint32(in.Jf), pc)
	}
	return in.appendUnused(dst, m.operand)
}

// appendUnused appends the fields that the opcode does not use.
func (in Instruction) appendUnused(dst []byte, o operand) []byte {
	fields := [...]struct {
		name  string
		value uint32
		used  bool
	}{
		{"jt", uint32(in.Jt), o.jumps()},
		{"jf", uint32(in.Jf), o.jumps()},
		{"k", in.K, o.usesK()},
	}
	open := false
	for _, f := range fields {
		if f.used || f.value == 0 {
			continue
		}
		if open {
			dst = append(dst, ' ')
		} else {
			dst = append(dst, " {"...)
			open = true
		}
		dst = append(dst, f.name...)
		dst = append(dst, '=')
		dst = appendHex(dst, f.value)
	}
	if open {
		dst = append(dst, '}')
	}
	return dst
}

// appendTarget appends a jump that passes over skip instructions from pc.
func appendTarget(dst []byte, skip uint32, pc int) []byte {
	if pc < 0 {
		return strconv.AppendUint(dst, uint64(skip), 10)
	}
	dst = append(dst, 'l')
	return strconv.AppendUint(dst, uint64(pc)+1+uint64(skip), 10)
}

func appendHex(dst []byte, v uint32) []byte {
	dst = append(dst, "0x"...)
	return strconv.AppendUint(dst, uint64(v), 16)
}
