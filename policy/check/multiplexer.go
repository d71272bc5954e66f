package check

import (
	"slices"

	"sandbox/internal/diag"
	"sandbox/policy/filter"
)

// The system calls that socketcall and ipc reach as well, on the ABIs that have
// these (net/socket.c and ipc/syscall.c in the kernel). Their arguments lie in
// memory then, out of a filter's reach.
var (
	bySocketcall = [...]string{
		"accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "listen", "recv",
		"recvfrom", "recvmmsg", "recvmsg", "send", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown",
		"socket", "socketpair",
	}
	byIPC = [...]string{
		"msgctl", "msgget", "msgrcv", "msgsnd", "semctl", "semget", "semop", "semtimedop", "shmat", "shmctl",
		"shmdt", "shmget",
	}
)

// warnOfMultiplexers warns where a filter of a rule that refuses calls names one
// to which there is a second way. Whether another rule closes that is not known
// here.
func (c *checker) warnOfMultiplexers(f *filter.Filter) {
	if c.letsPass() {
		return
	}
	c.warnOfMultiplexer(f, "socketcall", bySocketcall[:])
	c.warnOfMultiplexer(f, "ipc", byIPC[:])
}

func (c *checker) warnOfMultiplexer(f *filter.Filter, multiplexer string, calls []string) {
	through, ok := c.abi.Syscall(multiplexer)
	if !ok || slices.Contains(c.selected.calls, through) {
		return
	}
	for i := range f.Selectors {
		s := &f.Selectors[i]
		if s.Kind != filter.SelectName || s.Exclude {
			continue
		}
		if _, reached := slices.BinarySearch(calls, s.Name); !reached {
			continue
		}
		c.lints.Reportf(diag.SecondWay, s.Span, "%s can be reached through %s on %s, unless another rule refuses that", s.Name, multiplexer, c.abi).
			Labelf("only the call itself is refused here").
			Hintf("refuse %s, too: its arguments are in memory, out of a filter's reach", multiplexer)
		return
	}
}
