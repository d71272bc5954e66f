package main

import "golang.org/x/sys/unix"

// standIn is a call that takes nothing, changes nothing and is allowed, made in
// place of one that is not to be made. A denied one could wait for an answer.
const standIn = unix.SYS_GETPID

// callerOf returns the address after the instruction of a call, and its
// arguments.
func callerOf(r *unix.PtraceRegs) (ip uintptr, args [6]uint64) {
	return uintptr(r.Rip), [6]uint64{r.Rdi, r.Rsi, r.Rdx, r.R10, r.R8, r.R9}
}

// frameOf returns the frame pointer of who called the function that makes a
// call, and where that function returns to: it has no frame of its own.
func frameOf(pid int, r *unix.PtraceRegs) (frame, returns uintptr) {
	return uintptr(r.Rbp), words(pid, uintptr(r.Rsp))[0]
}

// replaceCall has a thread that is about to make a call make another.
func replaceCall(pid int, nr uint64) error {
	var r unix.PtraceRegs
	if err := unix.PtraceGetRegs(pid, &r); err != nil {
		return err
	}
	r.Orig_rax = nr
	return unix.PtraceSetRegs(pid, &r)
}

// setResult sets the result of a call that a thread has made.
func setResult(pid int, result int64) error {
	var r unix.PtraceRegs
	if err := unix.PtraceGetRegs(pid, &r); err != nil {
		return err
	}
	r.Rax = uint64(result)
	return unix.PtraceSetRegs(pid, &r)
}

// probeCode asks for its parent's id, and exits with the errno of that.
var probeCode = []byte{
	0xb8, 110, 0, 0, 0, // mov eax, 110 (getppid)
	0x0f, 0x05, // syscall
	0xf7, 0xd8, // neg eax
	0x89, 0xc7, // mov edi, eax
	0xb8, 231, 0, 0, 0, // mov eax, 231 (exit_group)
	0x0f, 0x05, // syscall
}

// pidCode exits with its process id.
var pidCode = []byte{
	0xb8, 39, 0, 0, 0, // mov eax, 39 (getpid)
	0x0f, 0x05, // syscall
	0x89, 0xc7, // mov edi, eax
	0xb8, 231, 0, 0, 0, // mov eax, 231 (exit_group)
	0x0f, 0x05, // syscall
}
