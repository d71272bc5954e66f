package bpf

import (
	"fmt"
	"strconv"
	"strings"
)

// Parse reads a program in text form, one instruction a line: the text of
// [Instruction.String] or of [WriteListing]. Empty lines and what follows a
// semicolon are skipped. A line may begin with its label, the letter l, its
// index and a colon; jumps go to such a label or over a number of
// instructions. Numbers are decimal or, with 0x, hexadecimal. The result is
// not verified: see [Verify]. Errors name the line, counted from 1.
func Parse(text string) ([]Instruction, error) {
	var code []Instruction
	number := 0
	for line := range strings.Lines(text) {
		number++
		line, _, _ = strings.Cut(line, ";")
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		in, err := parseLine(line, len(code))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		code = append(code, in)
	}
	return code, nil
}

// parseLine reads the instruction at index pc.
func parseLine(line string, pc int) (Instruction, error) {
	if label, rest, ok := strings.Cut(line, ":"); ok {
		if want := "l" + strconv.Itoa(pc); label != want {
			return Instruction{}, fmt.Errorf("label %q at instruction %d: want %q", label, pc, want)
		}
		line = strings.TrimSpace(rest)
	}
	line, unused, braces := strings.Cut(line, "{")
	if braces {
		var closed bool
		if unused, closed = strings.CutSuffix(unused, "}"); !closed {
			return Instruction{}, fmt.Errorf("no } at the end of {%s", unused)
		}
	}
	name, args := strings.TrimSpace(line), ""
	if i := strings.IndexAny(name, " \t"); i >= 0 {
		name, args = name[:i], strings.TrimSpace(name[i:])
	}
	in, o, err := parseInstruction(name, args, pc)
	if err != nil {
		return Instruction{}, err
	}
	if braces {
		err = in.parseUnused(unused, o)
	}
	return in, err
}

// parseInstruction reads the fields that the opcode uses.
func parseInstruction(name, args string, pc int) (Instruction, operand, error) {
	if name == "op" {
		op, err := parseNumber(args, 16)
		if err == nil && mnemonicOf(uint16(op)).name != "" {
			err = fmt.Errorf("op 0x%x is written %s", op, mnemonicOf(uint16(op)).name)
		}
		return Instruction{Op: uint16(op)}, operandNone, err
	}
	first, rest, more := strings.Cut(args, ",")
	first = strings.TrimSpace(first)
	o, digits := shapeOf(first, more)
	op, err := opcodeOf(name, o, args)
	if err != nil {
		return Instruction{}, o, err
	}
	in := Instruction{Op: op}
	switch {
	case o == operandSkip:
		in.K, err = parseTarget(digits, pc, 32)
	case o.usesK():
		in.K, err = parseNumber(digits, 32)
	}
	if err == nil && o.jumps() {
		err = in.parseTargets(rest, pc)
	}
	return in, o, err
}

// shapeOf tells the shape of an operand by its text, without looking at the
// mnemonic, and returns the part of the text that holds the number.
func shapeOf(text string, more bool) (o operand, digits string) {
	inner, immediate := strings.CutPrefix(text, "#")
	switch {
	case more && immediate:
		return operandImmJmp, inner
	case more && text == "x":
		return operandXJmp, ""
	case more:
		return operandOther, ""
	case text == "":
		return operandNone, ""
	case text == "#len":
		return operandLen, ""
	case immediate:
		return operandImm, inner
	case text == "x":
		return operandX, ""
	case text == "a":
		return operandA, ""
	}
	if inner, ok := strings.CutSuffix(text, "]"); ok {
		if word, ok := strings.CutPrefix(inner, "M["); ok {
			return operandMem, word
		}
		if offset, ok := strings.CutPrefix(inner, "["); ok {
			return operandAbs, offset
		}
	}
	return operandSkip, text
}

// opcodeOf finds the opcode that is written so.
func opcodeOf(name string, o operand, args string) (uint16, error) {
	known := false
	for op, m := range mnemonics {
		if m.name == "" || m.name != name {
			continue
		}
		known = true
		if m.operand == o {
			return uint16(op), nil
		}
	}
	if !known {
		return 0, fmt.Errorf("unknown operation %q", name)
	}
	return 0, fmt.Errorf("%s does not take %q", name, args)
}

// parseTargets reads "Jt, Jf".
func (in *Instruction) parseTargets(text string, pc int) error {
	onTrue, onFalse, ok := strings.Cut(text, ",")
	if !ok {
		return fmt.Errorf("a conditional jump needs two targets, not %q", strings.TrimSpace(text))
	}
	jt, err := parseTarget(strings.TrimSpace(onTrue), pc, 8)
	if err != nil {
		return err
	}
	jf, err := parseTarget(strings.TrimSpace(onFalse), pc, 8)
	if err != nil {
		return err
	}
	in.Jt, in.Jf = uint8(jt), uint8(jf)
	return nil
}

// parseTarget reads a label or a number of instructions to pass over from pc,
// that fits into so many bits.
func parseTarget(text string, pc, bits int) (uint32, error) {
	label, ok := strings.CutPrefix(text, "l")
	if !ok {
		return parseNumber(text, bits)
	}
	target, err := strconv.ParseUint(label, 10, 34)
	if err != nil {
		return 0, fmt.Errorf("%q is not a label", text)
	}
	skip := int64(target) - int64(pc) - 1
	if skip < 0 {
		return 0, fmt.Errorf("jump from l%d back to %s: classic BPF jumps forward only", pc, text)
	}
	if skip >= 1<<bits {
		return 0, fmt.Errorf("jump from l%d to %s is farther than %d instructions", pc, text, uint64(1)<<bits-1)
	}
	return uint32(skip), nil
}

// parseUnused reads the fields in braces, which the opcode does not use.
func (in *Instruction) parseUnused(text string, o operand) error {
	for _, field := range strings.Fields(text) {
		name, digits, _ := strings.Cut(field, "=")
		bits, used := 8, o.jumps()
		switch name {
		case "jt", "jf":
		case "k":
			bits, used = 32, o.usesK()
		default:
			return fmt.Errorf("unknown field %q: jt, jf and k are known", name)
		}
		if used {
			return fmt.Errorf("field %s is already given by the operand", name)
		}
		value, err := parseNumber(digits, bits)
		if err != nil {
			return err
		}
		switch name {
		case "jt":
			in.Jt = uint8(value)
		case "jf":
			in.Jf = uint8(value)
		case "k":
			in.K = value
		}
	}
	return nil
}

// parseNumber reads an unsigned number of so many bits.
func parseNumber(text string, bits int) (uint32, error) {
	digits, base := text, 10
	if hex, ok := strings.CutPrefix(text, "0x"); ok {
		digits, base = hex, 16
	}
	v, err := strconv.ParseUint(digits, base, bits)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number of %d bits", text, bits)
	}
	return uint32(v), nil
}
