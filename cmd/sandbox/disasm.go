package main

import (
	"encoding/binary"
	"flag"
	"io"
	"os"

	"sandbox/arch"
	"sandbox/bpf"
)

func disasmVerb() *verb {
	return &verb{
		name:     "disasm",
		operands: "FILE",
		brief:    "show a compiled filter as text",
		about: `FILE is a raw array of struct sock_filter, as 'sandbox compile --format bpf'
writes it; - is standard input. The listing can be read by the kernel's own
bpf_asm. A program that the kernel would refuse is shown all the same; why it
would be refused is said on standard error, and the exit code is 1.`,
		examples: []example{
			{"show a filter", "sandbox disasm offline.bpf"},
			{"one that was compiled for a big-endian machine", "sandbox disasm --abi s390x big.bpf"},
		},
		operand: fileOperand,
		prepare: prepareDisasm,
	}
}

func prepareDisasm(options *flag.FlagSet) action {
	abiName := options.String("abi", "", "the `ABI` that the program is for: byte order, names of calls")
	asJSON := options.Bool("json", false, "answer in JSON, one object an instruction")
	return func(u *ui, operands []string) error {
		file, err := onlyOperand("disasm", "a file", operands)
		if err != nil {
			return err
		}
		abi, err := optionalABI(*abiName)
		if err != nil {
			return err
		}
		code, err := readProgram(u, file, abi)
		if err != nil {
			return err
		}
		if err := disassemble(u, code, abi, *asJSON); err != nil {
			return err
		}
		if _, err := bpf.Verify(code); err != nil {
			return fail("%s: the kernel would refuse this program: %v", file, err)
		}
		return nil
	}
}

// readProgram reads a raw program in the byte order of the ABI.
func readProgram(u *ui, file string, abi arch.ABI) ([]bpf.Instruction, error) {
	raw, err := readAtMost(u, file, bpf.MaxInstructions*bpf.InstructionSize)
	if err != nil {
		return nil, err
	}
	code, err := bpf.Decode(raw, byteOrder(abi))
	if err != nil {
		return nil, fail("%s: %v", file, err)
	}
	return code, nil
}

// readAtMost reads a file, or standard input for "-", that may have so many
// bytes.
func readAtMost(u *ui, file string, most int64) ([]byte, error) {
	in := u.in
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, fail("cannot read %q: %v", file, reason(err))
		}
		defer f.Close()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, most+1))
	if err != nil {
		return nil, fail("cannot read %q: %v", file, reason(err))
	}
	if int64(len(raw)) > most {
		return nil, fail("%s: more than %d bytes, which is too much", file, most)
	}
	return raw, nil
}

// byteOrder returns the order in which a machine of the ABI keeps integers, or
// this machine's for the zero ABI.
func byteOrder(abi arch.ABI) interface {
	binary.ByteOrder
	binary.AppendByteOrder
} {
	switch {
	case abi == 0:
		return binary.NativeEndian
	case abi.BigEndian():
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// disassemble answers with the program's text.
func disassemble(u *ui, code []bpf.Instruction, abi arch.ABI, asJSON bool) error {
	notes := constantNotes(code, abi)
	if asJSON {
		for i, in := range code {
			if err := u.answerJSON(newInstructionJSON(i, in, notes[i])); err != nil {
				return err
			}
		}
		return nil
	}
	return bpf.WriteListing(u.out, code, bpf.Listing{
		BigEndian: abi != 0 && abi.BigEndian(),
		Annotate:  func(i int) string { return notes[i] },
	})
}

// An instructionJSON is one instruction.
type instructionJSON struct {
	Index   int          `json:"index"`
	Op      uint16       `json:"op"`
	Jt      uint8        `json:"jt"`
	Jf      uint8        `json:"jf"`
	K       uint32       `json:"k"`
	Text    string       `json:"text"`
	Note    string       `json:"note,omitempty"`
	Origins []originJSON `json:"origins,omitempty"`
}

func newInstructionJSON(i int, in bpf.Instruction, note string) instructionJSON {
	return instructionJSON{Index: i, Op: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K, Text: in.String(), Note: note}
}
