package amend

import (
	"strings"

	"sandbox/arch"
	"sandbox/arch/decode"
)

// isAmount reports whether a parameter says how much, how many, how long or from
// where: sizes, counts, timeouts and offsets, which change with what a program
// works on. The tables say which are sizes and offsets; of the other numbers, the
// kernel's names for them do.
func isAmount(call *arch.Syscall, param *arch.Param, p *decode.Parameter) bool {
	switch p.Kind() {
	case decode.Size:
		return !isFixedSize(call, param)
	case decode.Offset:
		return true
	case decode.Number:
		return !p.Named() && saysAmount(param.Name)
	}
	return false
}

// isFixedSize reports whether the kernel takes one size only: that of a signal
// set or of the head of a list (kernel/signal.c, fs/signalfd.c and
// kernel/futex/syscalls.c say EINVAL of others).
func isFixedSize(call *arch.Syscall, param *arch.Param) bool {
	return param.Name == "sigsetsize" || param.Name == "sizemask" || call.Name == "set_robust_list"
}

// saysAmount reports whether a name is one that the kernel gives to amounts: the
// size in bytes of readlink is bufsiz, what epoll_wait has room for maxevents.
func saysAmount(name string) bool {
	for _, end := range [...]string{"len", "size", "siz", "count", "cnt", "length"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	for _, begin := range [...]string{"nr_", "max", "timeout", "pos_", "pgoff"} {
		if strings.HasPrefix(name, begin) {
			return true
		}
	}
	switch name {
	case "n", "nr", "nfds", "nsops":
		return true
	}
	return false
}
