package amend

import (
	"slices"
	"testing"

	"sandbox/arch"
	"sandbox/policy"
)

// TestPassing says which values of a call are of one run only.
func TestPassing(t *testing.T) {
	for _, c := range []struct {
		abi  arch.ABI
		call string
		want []string
	}{
		{arch.X86_64, "write(1, 0x7ffc12345678, 3)", []string{"count == 3"}},
		{arch.X86_64, "write(7, 0x7ffc12345678, 0)", []string{"fd == 7"}},
		{arch.X86_64, "lseek(3, 0, SEEK_END)", []string{"fd == 3"}},
		{arch.X86_64, "lseek(0, -512, SEEK_END)", []string{"offset == -512"}},
		{arch.X86_64, "mmap(0, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)", []string{"len == 0x2000"}},
		{arch.X86_64, "kill(-1, SIGTERM)", nil},
		{arch.X86_64, "kill(4711, SIGTERM)", []string{"pid == 4711"}},
		{arch.X86_64, "poll(0, 2, -1)", []string{"nfds == 2"}},
		{arch.X86_64, "poll(0, 2, 100)", []string{"nfds == 2", "timeout_msecs == 100"}},
		{arch.X86_64, "readlink(0, 0, 4096)", []string{"bufsiz == 0x1000"}},
		{arch.X86_64, "close_range(3, -1, 0)", []string{"fd == 3"}},
		{arch.X86_64, "rt_sigaction(SIGINT, 0, 0, 8)", nil},
		{arch.X86_64, "set_robust_list(0, 24)", nil},
		{arch.X86_64, "signalfd4(-1, 0, 8, SFD_CLOEXEC)", nil},
		{arch.X86_64, "socket(AF_INET, SOCK_STREAM, 0)", nil},
		{arch.X86_64, "setsockopt(0, SOL_SOCKET, SO_REUSEADDR, 0, 4)", []string{"optlen == 4"}},
		{arch.X86_64, "fchown(0, 1000, 1000)", nil},
		{arch.I386, "pread64(0, 0, 16, 0, 1)", []string{"count == 16", "pos == 0x100000000"}},
	} {
		call, list := policy.ParseCall(c.abi, c.call)
		if list.Failed() {
			t.Fatal(list.Err())
		}
		if p := newPin(c.abi, &call); !slices.Equal(p.passing, c.want) {
			t.Errorf("%s: %q, want %q", c.call, p.passing, c.want)
		}
	}
}
