package main

import (
	"embed"
	"fmt"
	"io/fs"

	"sandbox/bpf"
)

//go:embed policies/*.txt
var policyTexts embed.FS

// readPolicies returns the policies of the bench.
func readPolicies() ([]*description, error) {
	var list []*description
	for _, name := range []string{"docker", "openssh", "firecracker", "learned"} {
		text, err := fs.ReadFile(policyTexts, "policies/"+name+".txt")
		if err != nil {
			return nil, err
		}
		d, err := readDescription(name, string(text))
		if err != nil {
			return nil, err
		}
		d.calls = liveCalls(name)
		list = append(list, d)
	}
	list = append(list, manyValues(300))
	return list, nil
}

// manyValues is a policy that allows n commands of ioctl, which are no
// neighbours of each other, and what a process needs to end.
func manyValues(n int) *description {
	d := &description{
		name:     fmt.Sprintf("ioctl-%d", n),
		fallback: bpf.Errno.With(1),
	}
	d.allow("exit_group")
	d.allow("getppid")
	// A linear congruential generator of full period (Knuth's MMIX multiplier)
	// gives the same commands in every run, and none of them twice.
	state := uint64(1)
	for range n {
		state = state*6364136223846793005 + 1442695040888963407
		d.allow("ioctl", comparison{arg: 1, mask: allBits, op: equal, value: state >> 32})
	}
	return d
}

// allow adds a rule about a system call of x86_64 that is known to exist.
func (d *description) allow(name string, when ...comparison) {
	call, _ := native.Syscall(name)
	d.rules = append(d.rules, rule{bpf.Allow, name, call.Number, when})
}

// A liveCall is a call whose cost on the live kernel is measured. It must be
// cheap, and harmless even if a filter allows it that should not.
type liveCall struct {
	kind   string
	name   string
	number uint32
	args   [6]uint64
}

// liveCalls returns the calls that are measured under a policy: policies that
// kill are measured by those that they allow.
func liveCalls(policy string) []liveCall {
	cacheable := liveCall{"cacheable", "getppid()", 110, [6]uint64{}}
	denied := liveCall{"denied", "swapoff(0)", 168, [6]uint64{}}
	switch policy {
	case "docker":
		return []liveCall{cacheable, {"checked", "personality(0xffffffff)", 135, [6]uint64{0xffffffff}}, denied}
	case "learned":
		return []liveCall{cacheable, {"checked", "fcntl(0, F_GETFD)", 72, [6]uint64{0, 1}}, denied}
	case "openssh": // what it denies otherwise is fatal
		return []liveCall{{"checked", "fcntl(0, F_GETFL)", 72, [6]uint64{0, 3}}, {"denied", "access(0, 0)", 21, [6]uint64{}}}
	case "firecracker":
		return []liveCall{{"checked", "fcntl(0, F_GETFD)", 72, [6]uint64{0, 1}}}
	}
	return nil
}
