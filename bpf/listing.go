package bpf

import (
	"io"
	"strconv"
)

// A Listing says what stands beside the instructions of a listing.
type Listing struct {
	// BigEndian is the byte order of the program's machine. It decides which
	// half of a 64-bit field a load reads.
	BigEndian bool

	// Annotate, if not nil, returns one line of text to be shown beside
	// instruction i, or "" for none.
	Annotate func(i int) string

	// Secret, if not nil, reports whether instruction i is to be shown without
	// its constant: see [Instruction.Redacted].
	Secret func(i int) bool
}

// WriteListing writes code in the text form with a label before each
// instruction and labels as the targets of jumps, one instruction a line.
// Behind a semicolon follow what a load reads, what a return does, and the
// annotation. [Parse] reads a listing.
func WriteListing(w io.Writer, code []Instruction, l Listing) error {
	labels := len("l: ") + len(strconv.Itoa(max(len(code)-1, 0)))
	lines := make([][]byte, len(code))
	width := 0
	for i, in := range code {
		line := append([]byte{'l'}, strconv.Itoa(i)...)
		line = padTo(append(line, ':'), labels)
		if l.Secret != nil && l.Secret(i) {
			lines[i] = in.appendRedacted(line, i)
		} else {
			lines[i] = in.appendText(line, i)
		}
		width = max(width, len(lines[i]))
	}
	var text []byte
	for i, line := range lines {
		note := noteOn(code[i], l.BigEndian)
		if l.Annotate != nil {
			beside := l.Annotate(i)
			if note != "" && beside != "" {
				note += "  "
			}
			note += beside
		}
		if note != "" {
			line = append(padTo(line, width), "  ; "...)
			line = append(line, note...)
		}
		text = append(append(text, line...), '\n')
	}
	_, err := w.Write(text)
	return err
}

// noteOn says what an instruction means to seccomp, where its text does not.
func noteOn(in Instruction, bigEndian bool) string {
	switch {
	case in.Op == RetK:
		return Return(in.K).String()
	case in.Op == LdWAbs && in.K < DataSize && in.K%4 == 0:
		return fieldAt(in.K, bigEndian)
	default:
		return ""
	}
}

// fieldAt names the word at byte offset k of struct seccomp_data.
func fieldAt(k uint32, bigEndian bool) string {
	name := "ip"
	switch {
	case k == OffsetNr:
		return "nr"
	case k == OffsetArch:
		return "arch"
	case k >= OffsetArgs:
		name = "args[" + strconv.Itoa(int(k-OffsetArgs)/8) + "]"
	}
	if OffsetHigh(k&^7, bigEndian) == k {
		return name + " high"
	}
	return name + " low"
}

func padTo(line []byte, width int) []byte {
	for len(line) < width {
		line = append(line, ' ')
	}
	return line
}
