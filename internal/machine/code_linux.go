//go:build amd64 || arm64

package machine

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Code writes a static program of the native machine that consists of the given
// code and nothing else, and returns its path. It needs no library and makes no
// system call but its own, so it starts under any policy that lets execve pass.
// Every user can run it.
func Code(t testing.TB, code []byte) string {
	t.Helper()
	path := filepath.Join(Dir(t), "code")
	if err := os.WriteFile(path, append(header(len(code)), code...), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// header returns what stands before the code in its file: elf(5)'s Elf64_Ehdr,
// and one Elf64_Phdr that maps the whole file.
func header(code int) []byte {
	const base, ehdr, phdr = 0x400000, 64, 56
	machine := uint16(62) // EM_X86_64
	if runtime.GOARCH == "arm64" {
		machine = 183 // EM_AARCH64
	}
	le := binary.LittleEndian
	b := []byte("\x7fELF\x02\x01\x01" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	b = le.AppendUint16(b, 2) // ET_EXEC
	b = le.AppendUint16(b, machine)
	b = le.AppendUint32(b, 1)              // EV_CURRENT
	b = le.AppendUint64(b, base+ehdr+phdr) // e_entry
	b = le.AppendUint64(b, ehdr)           // e_phoff
	b = le.AppendUint64(b, 0)              // e_shoff
	b = le.AppendUint32(b, 0)              // e_flags
	for _, v := range []uint16{ehdr, phdr, 1, 64, 0, 0} {
		b = le.AppendUint16(b, v)
	}
	b = le.AppendUint32(b, 1) // PT_LOAD
	b = le.AppendUint32(b, 5) // PF_R | PF_X
	size := uint64(ehdr + phdr + code)
	for _, v := range []uint64{0, base, base, size, size, 0x1000} {
		b = le.AppendUint64(b, v)
	}
	return b
}
