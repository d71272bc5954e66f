package compiler

import (
	"cmp"
	"slices"
	"strings"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// Weights tells how often system calls are made: the higher the weight of a
// number of an ABI, the fewer instructions come before the decision about it.
// Only the relation between weights counts; negative ones are taken for 0.
type Weights func(abi arch.ABI, number uint32) float64

// What the searches hold one more test in the program to be worth, in the
// weights that they search by.
const (
	dispatchTest = 1.0
	argumentTest = 1.5
)

// What a call weighs besides its frequency in 1,000 calls. Policies
// look at the arguments of calls that programs make; calls that are denied
// outright are made rarely, or once; those that are allowed outright never get
// here on Linux 5.11 and later, which caches them.
const (
	weightChecked = 80
	weightDecided = 1
	weightUnknown = 0.25 // a number below numbersOfCalls that is no call's
	cachedShare   = 0.01

	numbersOfCalls = 512
)

// weigh gives the segments of a section their weights.
func (c *compilation) weigh(s *section) {
	table := s.abi.Syscalls()
	weights, checked := c.weightsOn(s.abi)
	next := 0
	first := uint32(0)
	for i := range s.joined {
		at := &s.joined[i]
		at.weight = 0
		f := &c.graph.nodes[at.to]
		before := next
		for next < len(table) && table[next].Number <= at.last {
			w := weights[next]
			if f.test != isLeaf {
				w += checked
			} else {
				w += weightDecided
			}
			at.weight += w
			next++
		}
		if unknown := int64(min(at.last, numbersOfCalls)) - int64(first) + 1 - int64(next-before); unknown > 0 {
			at.weight += weightUnknown * float64(unknown)
		}
		if f.test == isLeaf && f.action.Kind == typed.Allow {
			at.weight *= cachedShare
		}
		first = at.last + 1
	}
}

// A callWeight is how often a call is made.
type callWeight struct {
	name   string
	weight float64
}

// frequencies is how many of 1,000 calls are which, for those that are more
// than one in a thousand: the mean over seven runs, namely a shell with ls, cat,
// sort and wc, git log --stat, git status, Python with sockets and threads, go
// vet, tar with gzip, and Perl, each counted with strace -f -c on x86_64 and
// Linux 6.18. Sorted by name.
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

// Frequency is the weights where a caller has none: how many of 1,000 calls of
// common programs are those of the number, or 0 for less than one.
func Frequency(abi arch.ABI, number uint32) float64 {
	call, ok := abi.Numbered(number)
	if !ok {
		return 0
	}
	i, ok := slices.BinarySearchFunc(frequencies[:], call.Name, func(w callWeight, name string) int {
		return strings.Compare(w.name, name)
	})
	if !ok {
		return 0
	}
	return frequencies[i].weight
}

// weightsOn returns the weights of an ABI's calls, in the order of its table,
// and what those weigh more whose arguments are looked at. A caller who gives
// weights knows what is called.
func (c *compilation) weightsOn(abi arch.ABI) (weights []float64, checked float64) {
	table := abi.Syscalls()
	weights = make([]float64, len(table))
	if c.weights != nil {
		var sum float64
		for i := range table {
			weights[i] = max(c.weights(abi, table[i].Number), 0)
			sum += weights[i]
		}
		if sum > 0 {
			for i := range weights {
				weights[i] *= 1000 / sum // the scale of the others
			}
		}
		return weights, weightDecided
	}
	for i := range frequencies { // a tenth of the look-ups that Frequency would take
		call, ok := abi.Syscall(frequencies[i].name)
		if !ok {
			continue
		}
		at, _ := slices.BinarySearchFunc(table, call.Number, func(s arch.Syscall, nr uint32) int { return cmp.Compare(s.Number, nr) })
		weights[at] = frequencies[i].weight
	}
	return weights, weightChecked
}
