package launcher

// A Tree is how what a program leaves behind, and the program itself, are ended
// should this process be killed.
type Tree uint8

const (
	// Watchers are two processes, this one and one between it and the program.
	// Each ends the tree if the other is killed. If both are, the kernel kills the
	// program, unless that has undone it (PR_SET_PDEATHSIG), and nobody ends what
	// the program has started.
	Watchers Tree = iota + 1
	// CgroupKill is Watchers, which have the kernel kill all processes of a
	// cgroup at once (Linux 5.14).
	CgroupKill
	// PIDNamespace is the kernel: this process is the first one of its pid
	// namespace, and none in it outlives that.
	PIDNamespace
)

var treeNames = [...]string{"nobody", "watchers", "cgroup", "pid-namespace"}

// String returns a short name: "watchers", "cgroup" or "pid-namespace".
func (t Tree) String() string {
	if int(t) < len(treeNames) {
		return treeNames[t]
	}
	return "unknown"
}
