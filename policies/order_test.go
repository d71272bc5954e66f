package policies_test

import (
	"math/rand/v2"
	"testing"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// telling are constants that rules of the profiles tell apart, or nearly.
var telling = []string{
	"AF_UNIX", "AF_INET", "AF_NETLINK", "AF_VSOCK", "TIOCSTI", "TIOCLINUX", "TUNSETIFF", "TCGETS", "FIONREAD",
	"CLONE_THREAD", "CLONE_NEWUSER", "CLONE_NEWNET", "CLONE_VM", "CLONE_FS", "SIGCHLD", "SIGURG",
	"O_WRONLY", "O_ACCMODE", "O_CREAT", "O_TRUNC", "O_TMPFILE", "O_ASYNC", "S_IFCHR", "S_IFREG", "S_IFIFO",
	"F_GETFL", "F_SETFL", "F_SETOWN", "F_SETSIG", "F_SETLK", "PR_SET_NAME", "PR_SET_MM", "PR_SET_SYSCALL_USER_DISPATCH",
	"SECCOMP_FILTER_FLAG_NEW_LISTENER", "PER_LINUX32", "READ_IMPLIES_EXEC",
}

// registers draws the arguments of a call: sums of what the profiles tell
// apart, with and without junk in the upper half.
func registers(abi arch.ABI, random *rand.Rand) (args [6]uint64) {
	for i := range args {
		for range random.IntN(3) {
			if v, ok := abi.Constant(telling[random.IntN(len(telling))]); ok {
				args[i] |= v.Bits
			}
		}
		if random.IntN(4) == 0 {
			args[i] |= random.Uint64() << 32
		}
	}
	return args
}

// TestEachProfileIsWithinTheOther checks that offline allows nothing that
// baseline denies, and compute nothing that offline denies: what is closed for
// ordinary programs is closed for all.
func TestEachProfileIsWithinTheOther(t *testing.T) {
	for _, abi := range arch.ABIs() {
		random := rand.New(rand.NewPCG(1, uint64(abi)))
		profiles := []string{"compute", "offline", "baseline"} // from the inside
		var loaded []*typed.Policy
		for _, profile := range profiles {
			loaded = append(loaded, load(t, profile, abi))
		}
		allowed := make([]int, len(profiles))
		for _, syscall := range abi.Syscalls() {
			for range 300 {
				call := typed.Call{Nr: syscall.Number, Arch: abi.Audit(), Args: registers(abi, random)}
				inner := false
				for i, p := range loaded {
					allows := p.Decide(&call).Action.Kind == typed.Allow
					if inner && !allows {
						t.Fatalf("%s: %s%#x: %s allows what %s denies", abi, syscall.Name, call.Args, profiles[i-1], profiles[i])
					}
					if inner = allows; allows {
						allowed[i]++
					}
				}
			}
		}
		if allowed[0] == 0 || allowed[0] == allowed[1] || allowed[1] == allowed[2] {
			t.Errorf("%s: %q allow %d calls each: the profiles are not told apart", abi, profiles, allowed)
		}
	}
}
