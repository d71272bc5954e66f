package installed

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"

	"sandbox/bpf"
)

// Read returns the filters of a thread, given by its id, the oldest first.
// The thread is stopped meanwhile, for well under a millisecond. That takes
// CAP_SYS_ADMIN in the initial user namespace, a caller that has no filter
// itself, a thread that nobody else traces, and a kernel with
// CONFIG_CHECKPOINT_RESTORE (PTRACE_SECCOMP_GET_FILTER, Linux 4.4). The error
// is ErrUnfiltered if the thread has none, and ErrStrict if it is in the mode
// that has none (ErrUnclear without /proc); it wraps ErrUntraceable if the thread cannot be stopped, and
// unix.ESRCH if there is no such thread, or no longer.
func Read(tid int) (filters []Filter, err error) {
	runtime.LockOSThread() // the tracer is a thread
	defer runtime.UnlockOSThread()
	if _, err := ptrace(unix.PTRACE_SEIZE, tid, 0, nil); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUntraceable, err)
	}
	defer func() {
		_, failed := ptrace(unix.PTRACE_DETACH, tid, 0, nil)
		if failed != nil && !errors.Is(failed, unix.ESRCH) && err == nil { // ESRCH: it was killed
			err = fmt.Errorf("cannot let go of it: %w", failed)
		}
	}()
	if err := interrupt(tid); err != nil {
		return nil, fmt.Errorf("cannot stop it: %w", err)
	}
	for {
		code, err := get(tid, len(filters))
		if errors.Is(err, unix.ENOENT) {
			return filters, nil
		}
		if err != nil {
			return nil, explain(tid, err)
		}
		f := Filter{Code: code}
		f.Log, f.LogKnown = logs(tid, len(filters))
		filters = append(filters, f)
	}
}

// interrupt stops a thread that is traced, and waits for it.
func interrupt(tid int) error {
	if _, err := ptrace(unix.PTRACE_INTERRUPT, tid, 0, nil); err != nil {
		return err
	}
	for {
		var status unix.WaitStatus
		_, err := unix.Wait4(tid, &status, unix.WALL, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return err
		case !status.Stopped():
			return unix.ESRCH // it has ended
		default:
			return nil
		}
	}
}

// get returns one filter of a stopped thread, counted from the oldest.
func get(tid, index int) ([]bpf.Instruction, error) {
	n, err := ptrace(unix.PTRACE_SECCOMP_GET_FILTER, tid, uintptr(index), nil)
	if err != nil || n == 0 {
		return nil, err
	}
	raw := make([]unix.SockFilter, n) // it cannot change while the thread is stopped
	if _, err := ptrace(unix.PTRACE_SECCOMP_GET_FILTER, tid, uintptr(index), unsafe.Pointer(&raw[0])); err != nil {
		return nil, err
	}
	code := make([]bpf.Instruction, n)
	for i, in := range raw {
		code[i] = bpf.Instruction{Op: in.Code, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	return code, nil
}

// logs reports whether a filter of a stopped thread was installed with
// SECCOMP_FILTER_FLAG_LOG, and whether that could be told: kernels before 4.16
// do not.
func logs(tid, index int) (log, known bool) {
	metadata := struct{ filter, flags uint64 }{filter: uint64(index)} // struct seccomp_metadata
	_, err := ptrace(unix.PTRACE_SECCOMP_GET_METADATA, tid, unsafe.Sizeof(metadata), unsafe.Pointer(&metadata))
	return metadata.flags&unix.SECCOMP_FILTER_FLAG_LOG != 0, err == nil
}

func ptrace(request, tid int, address uintptr, data unsafe.Pointer) (int, error) {
	r, _, errno := unix.Syscall6(unix.SYS_PTRACE, uintptr(request), uintptr(tid), address, uintptr(data), 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(r), nil
}
