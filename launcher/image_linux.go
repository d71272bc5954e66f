//go:build amd64 || arm64

package launcher

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"sandbox/arch"
)

// An image is what an executable's first bytes say about how it is run.
type image struct {
	kind        imageKind
	interpreter string   // of a script, or of a dynamic ELF program
	abi         arch.ABI // of an ELF program that this machine can run, or 0
}

type imageKind uint8

const (
	kindUnknown imageKind = iota // could not be read
	kindMissing                  // is not there
	kindEmpty
	kindScript
	kindELF
	kindOther
)

// inspect reads the start of a file. What it finds decides at most that a
// program is not started, and what is said: what cannot be read or makes no sense
// is kindUnknown, or has no interpreter and no ABI.
func inspect(path string) image {
	// Not os.Open: it would set up the runtime's poller, for which there may be
	// no descriptors.
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		if err == unix.ENOENT || err == unix.ENOTDIR {
			return image{kind: kindMissing}
		}
		return image{}
	}
	defer unix.Close(fd)
	var buf [4096]byte
	n, _ := unix.Read(fd, buf[:])
	return parseImage(buf[:max(n, 0)])
}

// parseImage reads the first page of an executable.
func parseImage(head []byte) image {
	switch {
	case len(head) == 0:
		return image{kind: kindEmpty}
	case bytes.HasPrefix(head, []byte("#!")):
		return image{kind: kindScript, interpreter: scriptInterpreter(head[2:])}
	case bytes.HasPrefix(head, []byte("\x7fELF")):
		return image{kind: kindELF, interpreter: elfInterpreter(head), abi: elfABI(head)}
	}
	return image{kind: kindOther}
}

// scriptInterpreter returns the first word of the line after "#!", as the
// kernel splits it: at spaces and tabs only (fs/binfmt_script.c).
func scriptInterpreter(line []byte) string {
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	line = bytes.Trim(line, " \t")
	if i := bytes.IndexAny(line, " \t"); i >= 0 {
		line = line[:i]
	}
	return string(line)
}

// Offsets in the headers of an ELF file (elf.h); from the second line on, of one
// of 64 bits.
const (
	elfClassAt      = 4 // EI_CLASS: 2 for 64 bits
	elfDataAt       = 5 // EI_DATA: 1 for little endian
	elfMachineAt    = 18
	elfHeaderSize   = 64
	elfPhoffAt      = 32
	elfPhentsizeAt  = 54
	elfPhnumAt      = 56
	programSize     = 56
	programTypeAt   = 0
	programOffsetAt = 8
	programSizeAt   = 32
	programInterp   = 3 // PT_INTERP
)

// elfMachines are those that amd64 and arm64 processors can run
// (linux/elf-em.h). Programs of x32, of class 1 for EM_X86_64, have no ABI of
// their own (arch.X32Bit).
var elfMachines = [...]struct {
	class   byte
	machine uint16
	abi     arch.ABI
}{
	{1, 3, arch.I386},
	{2, 62, arch.X86_64},
	{1, 40, arch.ARM},
	{2, 183, arch.AArch64},
}

// elfABI returns the ABI whose calls an ELF program makes, if it is one of this
// machine: those of another one run in an emulator, if at all, which makes its
// own calls for them.
func elfABI(head []byte) arch.ABI {
	if len(head) < elfMachineAt+2 || head[elfDataAt] != 1 {
		return 0
	}
	class, machine := head[elfClassAt], binary.LittleEndian.Uint16(head[elfMachineAt:])
	for _, m := range elfMachines {
		if m.class == class && m.machine == machine && m.abi.Machine() == nativeABI().Machine() {
			return m.abi
		}
	}
	return 0
}

// elfInterpreter returns the program interpreter of a 64-bit little-endian ELF
// file, the only kind that amd64 and arm64 themselves run, if the first page
// holds it.
func elfInterpreter(head []byte) string {
	if len(head) < elfHeaderSize || head[elfClassAt] != 2 || head[elfDataAt] != 1 {
		return ""
	}
	le := binary.LittleEndian
	at, size := le.Uint64(head[elfPhoffAt:]), uint64(le.Uint16(head[elfPhentsizeAt:]))
	if size < programSize {
		return ""
	}
	for range le.Uint16(head[elfPhnumAt:]) {
		if at > uint64(len(head)) || uint64(len(head))-at < programSize {
			return ""
		}
		program := head[at:]
		if le.Uint32(program[programTypeAt:]) == programInterp {
			return cut(head, le.Uint64(program[programOffsetAt:]), le.Uint64(program[programSizeAt:]))
		}
		at += size
	}
	return ""
}

// cut returns the zero-terminated string in size bytes of head, or "" if they
// are not all there.
func cut(head []byte, at, size uint64) string {
	if at > uint64(len(head)) || size > uint64(len(head))-at {
		return ""
	}
	s, _, _ := strings.Cut(string(head[at:at+size]), "\x00")
	return s
}

// quoted returns s for a message: in quotes if it holds anything that a
// terminal would not show as it is.
func quoted(s string) string {
	if q := strconv.Quote(s); s == "" || len(q) != len(s)+2 {
		return q
	}
	return s
}
