package main

import (
	"encoding/binary"
	"flag"
	"io"
	"os"
	"strings"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/prove"
)

func disasmVerb() *verb {
	return &verb{
		name:     "disasm",
		operands: "FILE",
		brief:    "show a compiled filter as text",
		about: `FILE is a raw array of struct sock_filter, as 'sandbox compile --format bpf'
writes it, or a compiled program for 'sandbox exec --program', of which the
policies and the proof are named too; - is standard input. The listing can be read by the kernel's own
bpf_asm. A program that the kernel would refuse is shown all the same; why it
would be refused is said on standard error, and the exit code is 1.`,
		examples: []example{
			{"show a filter", "sandbox disasm offline.bpf"},
			{"what a compiled program was made from", "sandbox disasm app.sandbox"},
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
		code, certificate, err := readProgram(u, file, abi)
		if err != nil {
			return err
		}
		if certificate != nil {
			abi = certificate.Machine()
			if !*asJSON {
				showCertificate(u, certificate)
			}
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

// readProgram reads a compiled program, or a raw one in the byte order of the
// ABI, for which the certificate is nil.
func readProgram(u *ui, file string, abi arch.ABI) ([]bpf.Instruction, *prove.Certificate, error) {
	raw, err := readAtMost(u, file, prove.MaxCertificateSize)
	if err != nil {
		return nil, nil, err
	}
	if prove.IsCertificate(raw) {
		certificate, err := prove.ParseCertificate(raw)
		switch {
		case err != nil:
			return nil, nil, fail("%s: %v", file, err)
		case abi != 0 && abi != certificate.Machine():
			return nil, nil, fail("%s: it is for %v, not for %v", file, certificate.Machine(), abi)
		}
		return certificate.Program().Code(), &certificate, nil
	}
	if most := bpf.MaxInstructions * bpf.InstructionSize; len(raw) > most {
		return nil, nil, tooLong(file, most)
	}
	code, err := bpf.Decode(raw, byteOrder(abi))
	if err != nil {
		return nil, nil, fail("%s: %v", file, err)
	}
	return code, nil, nil
}

// showCertificate says what a compiled program was made from.
func showCertificate(u *ui, c *prove.Certificate) {
	names := make([]string, len(c.Policies()))
	for i, name := range c.Policies() {
		names[i] = oneLine(name)
	}
	abis := make([]string, len(c.ABIs()))
	for i, abi := range c.ABIs() {
		abis[i] = abi.String()
	}
	u.answer("; %s for %s: %d instructions", strings.Join(names, " and "), strings.Join(abis, ", "), c.Program().Len())
	u.answer("; the meaning of the policies: %v", c.Digest())
	u.answer("; proved: %d ranges, %d nodes", c.Stats().Regions, c.Stats().Nodes)
	if otherwise, ok := c.Once(); ok {
		u.answer("; a second filter gives every execve but the first: %v", otherwise)
	}
	u.answer("; written by %s", oneLine(c.Writer()))
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
		return nil, tooLong(file, int(most))
	}
	return raw, nil
}

func tooLong(file string, most int) error {
	return fail("%s: more than %d bytes, which is too much", file, most)
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
	Secret  bool         `json:"secret,omitempty"` // K is not told, and 0
	Text    string       `json:"text"`
	Note    string       `json:"note,omitempty"`
	Origins []originJSON `json:"origins,omitempty"`
}

func newInstructionJSON(i int, in bpf.Instruction, note string) instructionJSON {
	return instructionJSON{Index: i, Op: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K, Text: in.String(), Note: note}
}
