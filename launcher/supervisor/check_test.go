//go:build linux && (amd64 || arm64)

package supervisor

import (
	"fmt"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// TestCheck checks where a filter denies or fakes the calls of a supervisor.
func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		nr, argument int // the second one of the call
		value        int
		errno        syscall.Errno
		want         string
	}{
		{unix.SYS_IOCTL, 1, unix.TCGETS, unix.EPERM, "<nil>"},
		{unix.SYS_IOCTL, 1, unix.SECCOMP_IOCTL_NOTIF_RECV, unix.EPERM, "cannot receive a notification (SECCOMP_IOCTL_NOTIF_RECV): operation not permitted"},
		{unix.SYS_IOCTL, 1, unix.SECCOMP_IOCTL_NOTIF_SEND, 0, "cannot answer a notification (SECCOMP_IOCTL_NOTIF_SEND): a filter around this process fakes it"},
		{unix.SYS_IOCTL, 1, ioctlIDValid, unix.ENOSYS, "cannot ask whether a call waits (SECCOMP_IOCTL_NOTIF_ID_VALID): function not implemented"},
		{unix.SYS_SECCOMP, 0, unix.SECCOMP_GET_NOTIF_SIZES, unix.EPERM, "cannot ask the kernel for the sizes of notifications: operation not permitted"},
		{unix.SYS_SECCOMP, 0, unix.SECCOMP_GET_NOTIF_SIZES, unix.EINVAL, "this kernel has no listeners: Linux 5.0 or newer is needed"},
		{unix.SYS_SECCOMP, 0, unix.SECCOMP_GET_NOTIF_SIZES, 0, "this kernel's notifications have sizes of 0, 0 and 0 bytes, which this program does not know"},
	} {
		argv := role(t, "check")
		for _, n := range []int{tt.nr, tt.argument, tt.value, int(tt.errno)} {
			argv = append(argv, strconv.Itoa(n))
		}
		out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != tt.want {
			t.Errorf("%v: %v\n%s\nwant %s", argv[2:], err, got, tt.want)
		}
	}
}

// checkUnder prints what Check says under a filter that answers a call, of which
// one argument has a value, with an errno.
func checkUnder(args []string) error {
	var n [4]uint32
	for i, text := range args {
		v, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return err
		}
		n[i] = uint32(v)
	}
	const argumentsAt = 16 // offsetof(struct seccomp_data, args)
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 3, K: n[0]},
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: argumentsAt + 8*n[1]},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: n[2]},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | n[3]},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	runtime.LockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	if _, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&program))); errno != 0 {
		return errno
	}
	fmt.Println(Check())
	return nil
}
