package launcher

import "iter"

// A Resource is what a limit is on (getrlimit(2)). The values are the kernel's
// (asm-generic/resource.h).
type Resource uint8

// Core is the limit on core dumps. See NoCore.
const Core Resource = 4

// openFiles is RLIMIT_NOFILE.
const openFiles Resource = 7

// resourceNames are those of the constants, without RLIMIT_.
var resourceNames = [...]string{
	"cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as",
	"locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime",
}

// String returns the resource's name, as in "nofile".
func (r Resource) String() string {
	if int(r) < len(resourceNames) {
		return resourceNames[r]
	}
	return "unknown"
}

// Resources yields all resources.
func Resources() iter.Seq[Resource] {
	return func(yield func(Resource) bool) {
		for r := range Resource(len(resourceNames)) {
			if !yield(r) {
				return
			}
		}
	}
}

// Unlimited is the value of no limit (RLIM_INFINITY).
const Unlimited = ^uint64(0)

// A Limit is what a program may use of a resource. It may raise the soft value
// up to the hard one.
type Limit struct {
	Resource   Resource
	Soft, Hard uint64 // seconds, microseconds, bytes or a number: see getrlimit(2)
}

// NoCore is the limit with which the kernel writes no core dump. A limit of 0
// would not do: it holds for files, and not where /proc/sys/kernel/core_pattern
// names a program. Of one byte, no file can be made either, and for such a
// program it is the sign of a recursion, where the kernel stops (core(5),
// fs/coredump.c).
func NoCore() Limit { return Limit{Resource: Core, Soft: 1, Hard: 1} }
