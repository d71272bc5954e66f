//go:build amd64 || arm64

package supervisor

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"

	"sandbox/policy/typed"
)

// The kernel's structures of linux/seccomp.h, as they were when notifications
// came (Linux 5.0). Newer kernels may append to them.

// seccompData is struct seccomp_data.
type seccompData struct {
	nr   int32
	arch uint32
	ip   uint64
	args [6]uint64
}

// seccompNotif is struct seccomp_notif.
type seccompNotif struct {
	id    uint64
	pid   uint32 // of the thread, in the namespace of whoever receives it
	flags uint32
	data  seccompData
}

// seccompNotifResp is struct seccomp_notif_resp.
type seccompNotifResp struct {
	id    uint64
	val   int64
	error int32 // minus an errno
	flags uint32
}

// The commands of linux/seccomp.h that x/sys/unix lacks.
const (
	ioctlIDValid  = 0x40082102 // SECCOMP_IOCTL_NOTIF_ID_VALID, with its direction of Linux 5.9
	ioctlSetFlags = 0x40082104 // SECCOMP_IOCTL_NOTIF_SET_FLAGS, Linux 6.6
)

// notifSizes is struct seccomp_notif_sizes: how large the structures of the
// running kernel are, in bytes.
type notifSizes struct {
	notif, resp, data uint16
}

func askSizes() (notifSizes, error) {
	var sizes notifSizes
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_GET_NOTIF_SIZES, 0, uintptr(unsafe.Pointer(&sizes)))
	if errno != 0 {
		return sizes, errno
	}
	return sizes, nil
}

// buffers returns room for what the kernel writes and reads, of words, so that
// it is aligned.
func (s notifSizes) buffers() (notif, resp []uint64, err error) {
	ours := notifSizes{
		notif: uint16(unsafe.Sizeof(seccompNotif{})),
		resp:  uint16(unsafe.Sizeof(seccompNotifResp{})),
		data:  uint16(unsafe.Sizeof(seccompData{})),
	}
	// A longer seccomp_data would move what follows it.
	if s.notif < ours.notif || s.resp < ours.resp || s.data != ours.data {
		return nil, nil, fmt.Errorf("this kernel's notifications have sizes of %d, %d and %d bytes, which this program does not know", s.notif, s.resp, s.data)
	}
	return make([]uint64, (s.notif+7)/8), make([]uint64, (s.resp+7)/8), nil
}

// receive takes the next notification into l.call. It waits if there is none.
func (l *Listener) receive() error {
	clear(l.received) // or the kernel refuses the buffer (EINVAL)
	if err := ioctl(l.fd, unix.SECCOMP_IOCTL_NOTIF_RECV, &l.received[0]); err != nil {
		return err
	}
	n := (*seccompNotif)(unsafe.Pointer(&l.received[0]))
	l.call = Call{
		ID:     n.id,
		Thread: int(n.pid),
		Call:   typed.Call{Nr: uint32(n.data.nr), Arch: n.data.arch, IP: n.data.ip, Args: n.data.args},
	}
	return nil
}

// send answers a call. That its caller is gone is no error.
func (l *Listener) send(id uint64, a Answer) error {
	clear(l.response)
	r := (*seccompNotifResp)(unsafe.Pointer(&l.response[0]))
	r.id = id
	if errno, fails := a.Errno(); fails {
		r.error = -int32(errno)
	} else {
		r.flags = unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE
	}
	for {
		// This waits for nobody, so that Go's scheduler need not be told of it.
		_, _, err := unix.RawSyscall(unix.SYS_IOCTL, uintptr(l.fd), unix.SECCOMP_IOCTL_NOTIF_SEND, uintptr(unsafe.Pointer(&l.response[0])))
		switch err {
		case 0, unix.ENOENT:
			return nil
		case unix.EINTR:
		default:
			return fmt.Errorf("cannot answer a notification: %w", err)
		}
	}
}

// setSyncWakeUp has the kernel wake each side on the processor of the other,
// which sleeps from then on. It saves time, and older kernels do without.
func setSyncWakeUp(fd int) {
	// The argument is the flags themselves, not their address.
	unix.Syscall(unix.SYS_IOCTL, uintptr(fd), ioctlSetFlags, unix.SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)
}

// ioctl makes a command of the listener, whose argument lies at arg.
func ioctl(fd int, command uintptr, arg *uint64) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), command, uintptr(unsafe.Pointer(arg))); errno != 0 {
		return errno
	}
	return nil
}
