package main

import "slices"

// A callWeight is how many of 1,000 calls are of a name.
type callWeight struct {
	name   string
	weight float64
}

// frequencies is a copy of the table by which our compiler weighs, in
// compiler/weights.go; a test holds it to that.
var frequencies = [...]callWeight{
	{"access", 5},
	{"arch_prctl", 2},
	{"brk", 6},
	{"clone", 2},
	{"close", 86},
	{"connect", 1},
	{"dup2", 1},
	{"epoll_ctl", 4},
	{"epoll_pwait", 3},
	{"execve", 8},
	{"fcntl", 23},
	{"fstat", 1},
	{"futex", 14},
	{"getcwd", 1},
	{"getdents64", 16},
	{"getegid", 1},
	{"geteuid", 2},
	{"getgid", 1},
	{"getpid", 2},
	{"getrandom", 1},
	{"getsockname", 1},
	{"gettid", 2},
	{"getuid", 1},
	{"getxattr", 25},
	{"ioctl", 19},
	{"lgetxattr", 36},
	{"lseek", 20},
	{"mmap", 60},
	{"mprotect", 5},
	{"munmap", 28},
	{"nanosleep", 25},
	{"newfstatat", 284},
	{"openat", 99},
	{"pipe2", 1},
	{"pread64", 3},
	{"prlimit64", 2},
	{"pselect6", 1},
	{"read", 54},
	{"readlink", 12},
	{"readlinkat", 9},
	{"recvfrom", 5},
	{"rseq", 2},
	{"rt_sigaction", 50},
	{"rt_sigprocmask", 13},
	{"rt_sigreturn", 1},
	{"sendto", 4},
	{"set_robust_list", 3},
	{"set_tid_address", 1},
	{"sigaltstack", 2},
	{"socket", 1},
	{"statx", 36},
	{"wait4", 2},
	{"write", 3},
}

// weight returns how many of 1,000 calls are of a number. Peers that take hints
// are told the same.
func weight(number uint32) float64 {
	call, ok := native.Numbered(number)
	if !ok {
		return 0
	}
	i := slices.IndexFunc(frequencies[:], func(w callWeight) bool { return w.name == call.Name })
	if i < 0 {
		return 0
	}
	return frequencies[i].weight
}
