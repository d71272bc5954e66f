package prove

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"sandbox/arch"
	"sandbox/bpf"
)

// A certificate in a file is a header of lines for people, a raw program for
// the kernel, and a checksum:
//
//	sandbox program 1
//	machine: x86_64
//	abis: x86_64 i386
//	policies: "app.toml" "offline"
//	meaning: sha256:64 hex digits (Digest)
//	once: errno(1)             only if the program leaves once() to another
//	proved: 213 ranges 1702 nodes
//	writer: "sandbox v1.0.0"
//	instructions: 72
//	(an empty line)
//	72 * 8 bytes, struct sock_filter in the byte order of the machine
//	32 bytes, the SHA-256 of all bytes before
//
// There is one form of each certificate: what is written otherwise is refused.
const (
	certificateMagic   = "sandbox program "
	certificateVersion = 1
	maxHeader          = 1 << 14
)

// MaxCertificateSize is the size in bytes of the largest certificate.
const MaxCertificateSize = maxHeader + bpf.MaxInstructions*bpf.InstructionSize + sumSize

// Append appends the certificate as a file has it to dst. The zero value
// appends nothing.
func (c *Certificate) Append(dst []byte) []byte {
	if c.proved.IsZero() {
		return dst
	}
	start := len(dst)
	dst = c.appendHeader(dst)
	if c.machine.BigEndian() {
		dst = c.proved.program.Append(dst, binary.BigEndian)
	} else {
		dst = c.proved.program.Append(dst, binary.LittleEndian)
	}
	sum := sha256(dst[start:])
	return append(dst, sum[:]...)
}

func (c *Certificate) appendHeader(dst []byte) []byte {
	dst = append(dst, certificateMagic...)
	dst = strconv.AppendInt(dst, certificateVersion, 10)
	dst = append(append(dst, "\nmachine: "...), c.machine.String()...)
	dst = append(dst, "\nabis:"...)
	for _, abi := range c.abis {
		dst = append(append(dst, ' '), abi.String()...)
	}
	dst = append(dst, "\npolicies:"...)
	for _, name := range c.policies {
		dst = strconv.AppendQuoteToASCII(append(dst, ' '), name)
	}
	dst = c.digest.appendTo(append(dst, "\nmeaning: "...))
	dst = c.appendOnce(dst)
	dst = strconv.AppendInt(append(dst, "\nproved: "...), int64(c.proved.stats.Regions), 10)
	dst = strconv.AppendInt(append(dst, " ranges "...), int64(c.proved.stats.Nodes), 10)
	dst = strconv.AppendQuoteToASCII(append(dst, " nodes\nwriter: "...), c.writer)
	dst = strconv.AppendInt(append(dst, "\ninstructions: "...), int64(c.proved.program.Len()), 10)
	return append(dst, "\n\n"...)
}

// IsCertificate reports whether a file begins as certificates do, of whatever
// version.
func IsCertificate(file []byte) bool { return bytes.HasPrefix(file, []byte(certificateMagic)) }

// What is wrong with a file, as far as it needs no details.
var (
	errNotCertificate = errors.New(`it is no compiled program, which begins with "sandbox program"`)
	errHeaderCut      = errors.New("it is cut off in its header")
	errAltered        = errors.New("it is damaged or was altered: its content is not that of its checksum")
	errForm           = errors.New("its header is not in the form in which sandbox writes it")
)

// ParseCertificate reads a certificate, of whatever machine. The file must be
// what [Certificate.Append] writes, to the byte, and its program one that the
// kernel accepts.
func ParseCertificate(file []byte) (Certificate, error) {
	if !IsCertificate(file) {
		return Certificate{}, errNotCertificate
	}
	text := string(file) // of which all that is read are parts
	end := strings.Index(text, "\n\n")
	h := header{rest: text[:max(end, 0)]}
	if version := h.version(text); version != "1" {
		return Certificate{}, fmt.Errorf("it has the format %.20q, and this sandbox reads %d", version, certificateVersion)
	}
	if end < 0 {
		return Certificate{}, errHeaderCut
	}
	c, instructions := h.read()
	if h.err != nil {
		return Certificate{}, h.err
	}
	end += len("\n\n")
	size := end + instructions*bpf.InstructionSize + sumSize
	switch {
	case len(file) < size:
		return Certificate{}, fmt.Errorf("it is cut off: %d of its %d bytes are there", len(file), size)
	case len(file) > size:
		return Certificate{}, fmt.Errorf("it goes on after its end, for %d bytes", len(file)-size)
	}
	content, sum := file[:size-sumSize], file[size-sumSize:]
	if got := sha256(content); !bytes.Equal(got[:], sum) {
		return Certificate{}, errAltered
	}
	var order binary.ByteOrder = binary.LittleEndian
	if c.machine.BigEndian() {
		order = binary.BigEndian
	}
	code, err := bpf.Decode(content[end:], order)
	if err != nil {
		return Certificate{}, err
	}
	if c.proved.program, err = bpf.Verify(code); err != nil {
		return Certificate{}, fmt.Errorf("its program is none that the kernel takes: %w", err)
	}
	if !bytes.Equal(c.appendHeader(make([]byte, 0, end)), content[:end]) {
		return Certificate{}, errForm
	}
	return c, nil
}

// A header is read line by line. After the first error nothing more is read.
type header struct {
	rest string
	line int
	err  error
}

// version reads the first line, which is there even if the rest is cut off.
func (h *header) version(file string) string {
	first, _, _ := strings.Cut(file, "\n")
	_, h.rest, _ = strings.Cut(h.rest, "\n")
	h.line = 1
	return first[len(certificateMagic):]
}

// read reads all lines after the first.
func (h *header) read() (c Certificate, instructions int) {
	c.machine = h.abi(h.value("machine"))
	for _, name := range strings.Fields(h.value("abis")) {
		abi := h.abi(name)
		if abi.Machine() != c.machine {
			h.fail()
		}
		c.abis = append(c.abis, abi)
	}
	for rest := h.value("policies"); rest != ""; rest = strings.TrimPrefix(rest, " ") {
		var name string
		name, rest = h.quoted(rest)
		c.policies = append(c.policies, name)
	}
	var ok bool
	if c.digest, ok = parseDigest(h.value("meaning")); !ok {
		h.fail()
	}
	h.once(&c)
	regions, rest, _ := strings.Cut(h.value("proved"), " ranges ")
	nodes, _ := strings.CutSuffix(rest, " nodes")
	c.proved.stats = Stats{Regions: h.number(regions), Nodes: h.number(nodes)}
	c.writer, _ = h.quoted(h.value("writer"))
	instructions = h.number(h.value("instructions"))
	if h.rest != "" || c.machine.Machine() != c.machine || instructions > bpf.MaxInstructions {
		h.fail()
	}
	return c, instructions
}

// value reads the next line, which must have the key.
func (h *header) value(key string) string {
	var line string
	line, h.rest, _ = strings.Cut(h.rest, "\n")
	h.line++
	name, value, found := strings.Cut(line, ": ")
	if !found || name != key {
		h.fail()
	}
	return value
}

func (h *header) fail() {
	if h.err == nil {
		h.err = fmt.Errorf("line %d of its header is damaged", h.line)
	}
}

// number reads a decimal number that is not negative.
func (h *header) number(text string) int {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		h.fail()
	}
	return int(n)
}

// quoted reads a string in quotes, and returns what stands after it.
func (h *header) quoted(text string) (value, rest string) {
	prefix, err := strconv.QuotedPrefix(text)
	if err == nil {
		value, err = strconv.Unquote(prefix)
	}
	if err != nil {
		h.fail()
		return "", ""
	}
	return value, text[len(prefix):]
}

func (h *header) abi(name string) arch.ABI {
	abi, ok := arch.ParseABI(name)
	if !ok && h.err == nil {
		h.err = fmt.Errorf("it is for an ABI that this sandbox does not know: %.20q", name)
	}
	return abi
}
