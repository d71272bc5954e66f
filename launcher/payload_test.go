//go:build linux && (amd64 || arm64)

package launcher

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// payloadStatus is what a payload exits with: nothing else in these tests does.
const payloadStatus = 42

// writePayload writes a static program that consists of the given machine code
// and nothing else: it starts under any policy that lets execve through.
func writePayload(t testing.TB, name string, code []byte) string {
	t.Helper()
	const headers = 64 + 56
	le := binary.LittleEndian
	machine := uint16(62) // EM_X86_64
	if runtime.GOARCH == "arm64" {
		machine = 183 // EM_AARCH64
	}
	const base = 0x400000
	b := []byte("\x7fELF\x02\x01\x01" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	b = le.AppendUint16(b, 2) // ET_EXEC
	b = le.AppendUint16(b, machine)
	b = le.AppendUint32(b, 1)
	b = le.AppendUint64(b, base+headers) // e_entry
	b = le.AppendUint64(b, 64)           // e_phoff
	b = le.AppendUint64(b, 0)            // e_shoff
	b = le.AppendUint32(b, 0)            // e_flags
	for _, v := range []uint16{64, 56, 1, 64, 0, 0} {
		b = le.AppendUint16(b, v)
	}
	b = le.AppendUint32(b, 1) // PT_LOAD
	b = le.AppendUint32(b, 5) // PF_R | PF_X
	size := uint64(headers + len(code))
	for _, v := range []uint64{0, base, base, size, size, 0x1000} {
		b = le.AppendUint64(b, v)
	}
	b = append(b, code...)
	path := filepath.Join(worldDir(t), name)
	if err := os.WriteFile(path, b, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// worldDir returns a temporary directory that every user can read.
func worldDir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		_ = os.Chmod(d, 0o755)
	}
	return dir
}

// exitPayload ends with payloadStatus by exit_group and, if that comes back,
// by exit.
func exitPayload(t testing.TB) string {
	if runtime.GOARCH == "arm64" {
		return writePayload(t, "exit", words(
			0xd2800540, // mov x0, #42
			0xd2800bc8, // mov x8, #94 (exit_group)
			0xd4000001, // svc #0
			0xd2800540, // mov x0, #42
			0xd2800ba8, // mov x8, #93 (exit)
			0xd4000001, // svc #0
			0x00000000, // udf
		))
	}
	return writePayload(t, "exit", []byte{
		0xbf, 42, 0, 0, 0, // mov edi, 42
		0xb8, 231, 0, 0, 0, // mov eax, 231 (exit_group)
		0x0f, 0x05, // syscall
		0xbf, 42, 0, 0, 0, // mov edi, 42
		0xb8, 60, 0, 0, 0, // mov eax, 60 (exit)
		0x0f, 0x05, // syscall
		0x0f, 0x0b, // ud2
	})
}

// threadExitPayload ends with payloadStatus by exit alone.
func threadExitPayload(t testing.TB) string {
	if runtime.GOARCH == "arm64" {
		return writePayload(t, "threadexit", words(
			0xd2800540, // mov x0, #42
			0xd2800ba8, // mov x8, #93 (exit)
			0xd4000001, // svc #0
			0x00000000, // udf
		))
	}
	return writePayload(t, "threadexit", []byte{
		0xbf, 42, 0, 0, 0, // mov edi, 42
		0xb8, 60, 0, 0, 0, // mov eax, 60 (exit)
		0x0f, 0x05, // syscall
		0x0f, 0x0b, // ud2
	})
}

// deathSignalPayload exits with its parent death signal.
func deathSignalPayload(t testing.TB) string {
	if runtime.GOARCH == "arm64" {
		return writePayload(t, "deathsignal", words(
			0xd2800040, // mov x0, #2 (PR_GET_PDEATHSIG)
			0xd10043e1, // sub x1, sp, #16
			0xd28014e8, // mov x8, #167 (prctl)
			0xd4000001, // svc #0
			0xb85f03e0, // ldur w0, [sp, #-16]
			0xd2800bc8, // mov x8, #94 (exit_group)
			0xd4000001, // svc #0
		))
	}
	return writePayload(t, "deathsignal", []byte{
		0xbf, 2, 0, 0, 0, // mov edi, 2 (PR_GET_PDEATHSIG)
		0x48, 0x8d, 0x74, 0x24, 0xf0, // lea rsi, [rsp-16]
		0xb8, 157, 0, 0, 0, // mov eax, 157 (prctl)
		0x0f, 0x05, // syscall
		0x8b, 0x7c, 0x24, 0xf0, // mov edi, [rsp-16]
		0xb8, 231, 0, 0, 0, // mov eax, 231 (exit_group)
		0x0f, 0x05, // syscall
	})
}

func words(list ...uint32) []byte {
	var b []byte
	for _, w := range list {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return b
}
