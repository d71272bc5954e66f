//go:build amd64 || arm64

package supervisor

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Check asks, before there is a listener, whether one could be served: it
// returns nil, or which of the calls for that the kernel does not have, or a
// filter around this process denies or fakes. A program whose listener fails
// only when it runs has to be killed.
//
// The kernel says of each command for a descriptor that is none that it is none
// (EBADF), and a filter sees little else of it than the number of the command.
func Check() error {
	sizes, err := askSizes()
	if err == unix.EINVAL {
		return errors.New("this kernel has no listeners: Linux 5.0 or newer is needed")
	}
	if err != nil {
		return fmt.Errorf("cannot ask the kernel for the sizes of notifications: %w", err)
	}
	if _, _, err := sizes.buffers(); err != nil {
		return err
	}
	for _, command := range [...]struct {
		number uintptr
		does   string
	}{
		{unix.SECCOMP_IOCTL_NOTIF_RECV, "receive a notification (SECCOMP_IOCTL_NOTIF_RECV)"},
		{unix.SECCOMP_IOCTL_NOTIF_SEND, "answer a notification (SECCOMP_IOCTL_NOTIF_SEND)"},
		{ioctlIDValid, "ask whether a call waits (SECCOMP_IOCTL_NOTIF_ID_VALID)"},
	} {
		const none = -1
		switch err := ioctl(none, command.number, new(uint64)); err {
		case unix.EBADF:
		case nil:
			return fmt.Errorf("cannot %s: a filter around this process fakes it", command.does)
		default:
			return fmt.Errorf("cannot %s: %w", command.does, err)
		}
	}
	return nil
}
