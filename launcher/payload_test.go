//go:build linux && (amd64 || arm64)

package launcher

import (
	"encoding/binary"
	"runtime"
	"testing"

	"sandbox/internal/machine"
)

// payloadStatus is what a payload exits with: nothing else in these tests does.
const payloadStatus = 42

// exitPayload ends with payloadStatus by exit_group and, if that comes back,
// by exit.
func exitPayload(t testing.TB) string {
	if runtime.GOARCH == "arm64" {
		return machine.Code(t, words(
			0xd2800540, // mov x0, #42
			0xd2800bc8, // mov x8, #94 (exit_group)
			0xd4000001, // svc #0
			0xd2800540, // mov x0, #42
			0xd2800ba8, // mov x8, #93 (exit)
			0xd4000001, // svc #0
			0x00000000, // udf
		))
	}
	return machine.Code(t, []byte{
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
		return machine.Code(t, words(
			0xd2800540, // mov x0, #42
			0xd2800ba8, // mov x8, #93 (exit)
			0xd4000001, // svc #0
			0x00000000, // udf
		))
	}
	return machine.Code(t, []byte{
		0xbf, 42, 0, 0, 0, // mov edi, 42
		0xb8, 60, 0, 0, 0, // mov eax, 60 (exit)
		0x0f, 0x05, // syscall
		0x0f, 0x0b, // ud2
	})
}

// deathSignalPayload exits with its parent death signal.
func deathSignalPayload(t testing.TB) string {
	if runtime.GOARCH == "arm64" {
		return machine.Code(t, words(
			0xd2800040, // mov x0, #2 (PR_GET_PDEATHSIG)
			0xd10043e1, // sub x1, sp, #16
			0xd28014e8, // mov x8, #167 (prctl)
			0xd4000001, // svc #0
			0xb85f03e0, // ldur w0, [sp, #-16]
			0xd2800bc8, // mov x8, #94 (exit_group)
			0xd4000001, // svc #0
		))
	}
	return machine.Code(t, []byte{
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
