package main

import "golang.org/x/sys/unix"

const sysStat = unix.SYS_NEWFSTATAT

// callRegisters returns the number and the second argument of a call.
func callRegisters(r *unix.PtraceRegs) (nr, second uint64) { return r.Orig_rax, r.Rsi }
