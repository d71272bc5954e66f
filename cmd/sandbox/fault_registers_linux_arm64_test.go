package main

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// standIn is a call that takes nothing, changes nothing and is allowed, made in
// place of one that is not to be made. A denied one could wait for an answer.
const standIn = unix.SYS_GETPID

// callerOf returns the address after the instruction of a call, and its
// arguments.
func callerOf(r *unix.PtraceRegs) (ip uintptr, args [6]uint64) {
	return uintptr(r.Pc), [6]uint64(r.Regs[:6])
}

// frameOf returns the frame pointer of who called the function that makes a
// call, and where that function returns to: it has no frame of its own.
func frameOf(_ int, r *unix.PtraceRegs) (frame, returns uintptr) {
	return uintptr(r.Regs[29]), uintptr(r.Regs[30])
}

// replaceCall has a thread that is about to make a call make another: its
// number has a register set of its own (NT_ARM_SYSTEM_CALL, elf.h).
func replaceCall(pid int, nr uint64) error {
	const numberSet = 0x404
	number := int32(nr)
	v := unix.Iovec{Base: (*byte)(unsafe.Pointer(&number)), Len: 4}
	_, _, errno := unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_SETREGSET, uintptr(pid), numberSet, uintptr(unsafe.Pointer(&v)), 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// setResult sets the result of a call that a thread has made.
func setResult(pid int, result int64) error {
	var r unix.PtraceRegs
	if err := unix.PtraceGetRegs(pid, &r); err != nil {
		return err
	}
	r.Regs[0] = uint64(result)
	return unix.PtraceSetRegs(pid, &r)
}

// probeCode asks for its parent's id, and exits with the errno of that.
var probeCode = []byte{
	0xa8, 0x15, 0x80, 0xd2, // mov x8, #173 (getppid)
	0x01, 0x00, 0x00, 0xd4, // svc #0
	0xe0, 0x03, 0x00, 0x4b, // neg w0, w0
	0xc8, 0x0b, 0x80, 0xd2, // mov x8, #94 (exit_group)
	0x01, 0x00, 0x00, 0xd4, // svc #0
}

// pidCode exits with its process id.
var pidCode = []byte{
	0x88, 0x15, 0x80, 0xd2, // mov x8, #172 (getpid)
	0x01, 0x00, 0x00, 0xd4, // svc #0
	0xc8, 0x0b, 0x80, 0xd2, // mov x8, #94 (exit_group)
	0x01, 0x00, 0x00, 0xd4, // svc #0
}
