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
	r, _ := p.Run(dataOf(nr, args...), nativeABI().BigEndian())
	return r
}

// nativeABI returns the ABI of the launcher's own calls.
func nativeABI() arch.ABI {
	abi, _ := arch.ForGOARCH(runtime.GOARCH)
	return abi
}

// dataOf returns what a filter sees of a call that is made in the launcher.
func dataOf(nr uintptr, args ...uintptr) *bpf.Data {
	data := bpf.Data{Nr: uint32(nr), Arch: nativeABI().Audit(), IP: uint64(gateReturn())}
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

// checkABI refuses a program of another ABI than the launcher's, if the filter
// kills it whatever it calls first: most policies serve one ABI only. The kernel
// would start it, and nothing would be left to say why it ended.
func checkABI(p bpf.Program, path string, im image) error {
	if im.abi == 0 || im.abi == nativeABI() {
		return nil
	}
	for _, call := range im.abi.Syscalls() {
		switch r, _ := p.Run(&bpf.Data{Nr: call.Number, Arch: im.abi.Audit()}, im.abi.BigEndian()); r.Action() {
		case bpf.KillProcess, bpf.KillThread:
		default:
			return nil
		}
	}
	return &Error{
		Status: StatusFailed,
		Text:   path + " is a program of " + im.abi.String() + ", which the policy does not serve: it would be killed at once",
		Hint:   `have the policy serve both: abi = ["` + nativeABI().String() + `", "` + im.abi.String() + `"]`,
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
