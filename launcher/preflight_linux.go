//go:build amd64 || arm64

package launcher

import (
	"runtime"

	"golang.org/x/sys/unix"

	"sandbox/arch"
	"sandbox/bpf"
)

// verdict runs p on one of the calls that a launch makes under it, with the
// very registers and instruction pointer of that call.
func verdict(p bpf.Program, nr uintptr, args ...uintptr) bpf.Return {
	abi, _ := arch.ForGOARCH(runtime.GOARCH)
	r, _ := p.Run(dataOf(nr, args...), abi.BigEndian())
	return r
}

// dataOf returns what a filter sees of a call that is made in the launcher.
func dataOf(nr uintptr, args ...uintptr) *bpf.Data {
	abi, _ := arch.ForGOARCH(runtime.GOARCH)
	data := bpf.Data{Nr: uint32(nr), Arch: abi.Audit(), IP: uint64(gateReturn())}
	for i, a := range args {
		data.Args[i] = uint64(a)
	}
	return &data
}

// checkExecve refuses a filter under which the command cannot start. The
// kernel would refuse it as well, but after the point where much can be said,
// and kill_thread there would leave a process without its main thread.
func checkExecve(p bpf.Program, pl *plan) error {
	r := verdict(p, unix.SYS_EXECVE, pl.execveArgs()...)
	switch r.Action() {
	case bpf.Allow, bpf.Log:
		return nil
	}
	return &Error{
		Status: StatusFailed,
		Text:   "the policy denies execve, with which the command is started: " + r.String(),
		Hint:   "allow execve",
		Err:    unix.EPERM,
		Denied: dataOf(unix.SYS_EXECVE, pl.execveArgs()...),
	}
}

// lastCalls says which of the calls that report a failed execve the filter
// lets come back, or lets end the whole process.
func lastCalls(p bpf.Program, message []byte) (mayWrite, mayExit bool) {
	switch verdict(p, unix.SYS_WRITE, 2, address(message), uintptr(len(message))).Action() {
	case bpf.KillProcess, bpf.KillThread, bpf.Trap:
	default:
		mayWrite = true
	}
	// kill_thread would end this thread and leave the others.
	return mayWrite, verdict(p, unix.SYS_EXIT_GROUP, StatusNotExecutable).Action() != bpf.KillThread
}
