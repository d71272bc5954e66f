package bpf_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sandbox/bpf"
)

func TestText(t *testing.T) {
	tests := []struct {
		in   bpf.Instruction
		want string
	}{
		{bpf.Stmt(bpf.LdWAbs, 4), "ld [4]"},
		{bpf.Stmt(bpf.LdLen, 0), "ld #len"},
		{bpf.Stmt(bpf.LdImm, 255), "ld #0xff"},
		{bpf.Stmt(bpf.LdMem, 15), "ld M[15]"},
		{bpf.Stmt(bpf.LdxImm, 0), "ldx #0x0"},
		{bpf.Stmt(bpf.LdxMem, 0), "ldx M[0]"},
		{bpf.Stmt(bpf.LdxLen, 0), "ldx #len"},
		{bpf.Stmt(bpf.St, 1), "st M[1]"},
		{bpf.Stmt(bpf.Stx, 2), "stx M[2]"},
		{bpf.Stmt(bpf.AddK, 1), "add #0x1"},
		{bpf.Stmt(bpf.AddX, 0), "add x"},
		{bpf.Stmt(bpf.SubK, 1), "sub #0x1"},
		{bpf.Stmt(bpf.SubX, 0), "sub x"},
		{bpf.Stmt(bpf.MulK, 1), "mul #0x1"},
		{bpf.Stmt(bpf.MulX, 0), "mul x"},
		{bpf.Stmt(bpf.DivK, 1), "div #0x1"},
		{bpf.Stmt(bpf.DivX, 0), "div x"},
		{bpf.Stmt(bpf.OrK, 1), "or #0x1"},
		{bpf.Stmt(bpf.OrX, 0), "or x"},
		{bpf.Stmt(bpf.AndK, 1), "and #0x1"},
		{bpf.Stmt(bpf.AndX, 0), "and x"},
		{bpf.Stmt(bpf.LshK, 31), "lsh #0x1f"},
		{bpf.Stmt(bpf.LshX, 0), "lsh x"},
		{bpf.Stmt(bpf.RshK, 31), "rsh #0x1f"},
		{bpf.Stmt(bpf.RshX, 0), "rsh x"},
		{bpf.Stmt(bpf.XorK, 1), "xor #0x1"},
		{bpf.Stmt(bpf.XorX, 0), "xor x"},
		{bpf.Stmt(bpf.Neg, 0), "neg"},
		{bpf.Stmt(bpf.Ja, 300), "ja 300"},
		{bpf.Jump(bpf.JeqK, 0xc000003e, 1, 0), "jeq #0xc000003e, 1, 0"},
		{bpf.Jump(bpf.JeqX, 0, 1, 0), "jeq x, 1, 0"},
		{bpf.Jump(bpf.JgtK, 1, 0, 255), "jgt #0x1, 0, 255"},
		{bpf.Jump(bpf.JgtX, 0, 0, 255), "jgt x, 0, 255"},
		{bpf.Jump(bpf.JgeK, 1, 2, 3), "jge #0x1, 2, 3"},
		{bpf.Jump(bpf.JgeX, 0, 2, 3), "jge x, 2, 3"},
		{bpf.Jump(bpf.JsetK, 1, 2, 3), "jset #0x1, 2, 3"},
		{bpf.Jump(bpf.JsetX, 0, 2, 3), "jset x, 2, 3"},
		{bpf.Stmt(bpf.RetK, 0x7fff0000), "ret #0x7fff0000"},
		{bpf.Stmt(bpf.RetA, 0), "ret a"},
		{bpf.Stmt(bpf.Tax, 0), "tax"},
		{bpf.Stmt(bpf.Txa, 0), "txa"},
		// What the opcode does not use:
		{bpf.Jump(bpf.Tax, 2, 1, 0), "tax {jt=0x1 k=0x2}"},
		{bpf.Jump(bpf.RetK, 2, 0, 9), "ret #0x2 {jf=0x9}"},
		{bpf.Jump(bpf.JeqX, 7, 0, 1), "jeq x, 0, 1 {k=0x7}"},
		{bpf.Jump(0x9c, 7, 1, 2), "op 0x9c {jt=0x1 jf=0x2 k=0x7}"},
		{bpf.Stmt(0xffff, 0), "op 0xffff"},
	}
	seen := make(map[uint16]bool)
	for _, test := range tests {
		seen[test.in.Op] = true
		if got := test.in.String(); got != test.want {
			t.Errorf("%#v: %q, want %q", test.in, got, test.want)
		}
		if got, err := bpf.Parse(test.want); err != nil || len(got) != 1 || got[0] != test.in {
			t.Errorf("%q: parsed as %#v, error %v", test.want, got, err)
		}
	}
	for _, op := range allOps() {
		if !seen[op] {
			t.Errorf("opcode 0x%x is not tested", op)
		}
	}
}

func TestParse(t *testing.T) {
	want := []bpf.Instruction{
		bpf.Stmt(bpf.LdWAbs, 4),
		bpf.Jump(bpf.JeqK, 62, 1, 0),
		bpf.Stmt(bpf.Ja, 0),
		bpf.Stmt(bpf.RetA, 0),
	}
	for _, text := range []string{
		"ld [4]\njeq #62, 1, 0\nja 0\nret a",
		"; a comment\n\n  ld\t[0x4] ; arch\r\njeq   #0x3e ,l3,0x0\nl2:ja l3\nl3:\tret a\n",
		"l0: ld [4]\nl1: jeq #62, l3, l2\nl2: ja l3\nl3: ret a",
	} {
		got, err := bpf.Parse(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: (-want +got):\n%s", text, diff)
		}
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{"\nfoo", `line 2: unknown operation "foo"`},
		{"ld x", `line 1: ld does not take "x"`},
		{"ld", `line 1: ld does not take ""`},
		{"ldx [4]", `line 1: ldx does not take "[4]"`},
		{"neg 1", `line 1: neg does not take "1"`},
		{"neg foo, bar", `line 1: neg does not take "foo, bar"`},
		{"jeq y, 0, 0", `line 1: jeq does not take "y, 0, 0"`},
		{"jeq #1", `line 1: jeq does not take "#1"`},
		{"jeq #1, 0", `line 1: a conditional jump needs two targets, not "0"`},
		{"jeq #1, 0, 256", `line 1: "256" is not a number of 8 bits`},
		{"jeq #1, 0, 0, 0", `line 1: "0, 0" is not a number of 8 bits`},
		{"jeq #1, l0, l1", "line 1: jump from l0 back to l0: classic BPF jumps forward only"},
		{"jeq #1, l1, l257", "line 1: jump from l0 to l257 is farther than 255 instructions"},
		{"ja l", `line 1: "l" is not a label`},
		{"ld [4", `line 1: ld does not take "[4"`},
		{"ld [-4]", `line 1: "-4" is not a number of 32 bits`},
		{"ld #0x100000000", `line 1: "0x100000000" is not a number of 32 bits`},
		{"ld #", `line 1: "" is not a number of 32 bits`},
		{"ld #1_0", `line 1: "1_0" is not a number of 32 bits`},
		{"op 0x20", "line 1: op 0x20 is written ld"},
		{"op 0x10000", `line 1: "0x10000" is not a number of 16 bits`},
		{"op", `line 1: "" is not a number of 16 bits`},
		{"l1: ld [4]", `line 1: label "l1" at instruction 0: want "l0"`},
		{"ld [4] {k=1}", "line 1: field k is already given by the operand"},
		{"jeq x, 0, 0 {jt=1}", "line 1: field jt is already given by the operand"},
		{"tax {jt=256}", `line 1: "256" is not a number of 8 bits`},
		{"tax {x=1}", `line 1: unknown field "x": jt, jf and k are known`},
		{"tax {jt=1", "line 1: no } at the end of {jt=1"},
	}
	for _, test := range tests {
		got, err := bpf.Parse(test.text)
		if err == nil {
			t.Errorf("%q: parsed as %v, want %q", test.text, got, test.want)
		} else if err.Error() != test.want {
			t.Errorf("%q:\n got %q\nwant %q", test.text, err, test.want)
		}
	}
}

const listing = `l0: ld [4]                   ; arch
l1: jeq #0xc000003e, l3, l2
l2: ret #0x80000000          ; kill_process
l3: ld [16]                  ; args[0] low  a.toml:7
l4: ja l6                    ; a.toml:8
l5: ld [12]                  ; ip high
l6: ret #0x50001             ; errno(1)  a.toml:9
`

func TestListing(t *testing.T) {
	p := program(t, listing)
	notes := map[int]string{3: "a.toml:7", 4: "a.toml:8", 6: "a.toml:9"}
	var out strings.Builder
	err := bpf.WriteListing(&out, p.Code(), bpf.Listing{Annotate: func(i int) string { return notes[i] }})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(listing, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	out.Reset()
	if err := bpf.WriteListing(&out, p.Code(), bpf.Listing{BigEndian: true}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"; args[0] high\n", "; ip low\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

// A listing of anything is parsed back, valid or not.
func TestListingRoundTrip(t *testing.T) {
	g := newGenerator(4)
	for range 300 {
		code := g.program(1 + g.IntN(300))
		g.mutate(code)
		var out strings.Builder
		if err := bpf.WriteListing(&out, code, bpf.Listing{Annotate: func(int) string { return "; ret a" }}); err != nil {
			t.Fatal(err)
		}
		got, err := bpf.Parse(out.String())
		if err != nil {
			t.Fatalf("%v\n%s", err, out.String())
		}
		if !slices.Equal(got, code) {
			t.Fatalf("parsed differently:\n%s", out.String())
		}
	}
}

func TestAppendAndDecode(t *testing.T) {
	p := program(t, "ld [4]\njeq #0x01020304, 1, 0\nret #0x7fff0000\nret #0")
	tests := []struct {
		name   string
		append binary.AppendByteOrder
		decode binary.ByteOrder
		want   []byte
	}{
		{"little", binary.LittleEndian, binary.LittleEndian, []byte{
			0x20, 0, 0, 0, 4, 0, 0, 0,
			0x15, 0, 1, 0, 4, 3, 2, 1,
			0x06, 0, 0, 0, 0, 0, 0xff, 0x7f,
			0x06, 0, 0, 0, 0, 0, 0, 0,
		}},
		{"big", binary.BigEndian, binary.BigEndian, []byte{
			0, 0x20, 0, 0, 0, 0, 0, 4,
			0, 0x15, 1, 0, 1, 2, 3, 4,
			0, 0x06, 0, 0, 0x7f, 0xff, 0, 0,
			0, 0x06, 0, 0, 0, 0, 0, 0,
		}},
	}
	for _, test := range tests {
		got := p.Append([]byte("x"), test.append)
		if !bytes.Equal(got[1:], test.want) || got[0] != 'x' {
			t.Errorf("%s: %x, want 78%x", test.name, got, test.want)
		}
		code, err := bpf.Decode(test.want, test.decode)
		if err != nil || !slices.Equal(code, p.Code()) {
			t.Errorf("%s: decoded as %v, error %v", test.name, code, err)
		}
	}
	_, err := bpf.Decode(make([]byte, 12), binary.LittleEndian)
	if want := "12 bytes are not whole instructions of 8 bytes each"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
}
