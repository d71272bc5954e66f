package lint

// A family is system calls that do the same thing: where a policy refuses one
// of them, a program takes another (shown by the manual pages of section 2).
type family struct {
	does  string
	calls []string

	// also are calls that do it, too, and more: ways around the others, but
	// who refuses one of these has something else in mind.
	also []string

	// wholly is set if the calls take different arguments, so that a condition
	// on one of them says nothing about the others.
	wholly bool
}

// families are in the order in which their warnings come.
var families = [...]family{
	{does: "open files", calls: []string{"open", "openat", "creat"}, also: []string{"openat2", "open_by_handle_at", "io_uring_setup"}},
	{does: "execute programs", calls: []string{"execve"}, also: []string{"execveat"}},
	{does: "make processes", calls: []string{"fork", "vfork", "clone"}, also: []string{"clone3"}, wholly: true},
	{
		does: "write to descriptors", calls: []string{"write", "writev", "pwrite64", "pwritev", "pwritev2"},
		also: []string{"sendfile", "sendfile64", "splice", "copy_file_range", "io_uring_setup"},
	},
	{
		does: "read from descriptors", calls: []string{"read", "readv", "pread64", "preadv", "preadv2"},
		also: []string{"sendfile", "sendfile64", "splice", "copy_file_range", "io_uring_setup"},
	},
	{does: "remove files", calls: []string{"unlink", "unlinkat"}, also: []string{"io_uring_setup"}},
	{does: "rename files", calls: []string{"rename", "renameat", "renameat2"}, also: []string{"io_uring_setup"}},
	{does: "make links", calls: []string{"link", "linkat"}, also: []string{"io_uring_setup"}},
	{does: "make symbolic links", calls: []string{"symlink", "symlinkat"}, also: []string{"io_uring_setup"}},
	{does: "make directories", calls: []string{"mkdir", "mkdirat"}, also: []string{"io_uring_setup"}},
	{does: "make device files", calls: []string{"mknod", "mknodat"}},
	{does: "change modes of files", calls: []string{"chmod", "fchmod", "fchmodat", "fchmodat2"}},
	{does: "change owners of files", calls: []string{"chown", "lchown", "fchown", "fchownat", "chown32", "lchown32", "fchown32"}},
	{
		does: "set extended attributes", calls: []string{"setxattr", "lsetxattr", "fsetxattr", "setxattrat"},
		also: []string{"io_uring_setup"},
	},
	{
		does:   "send signals",
		calls:  []string{"kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal"},
		wholly: true,
	},
	{does: "mount file systems", calls: []string{"mount", "move_mount"}, wholly: true},
	{does: "change the root directory", calls: []string{"chroot", "pivot_root"}, wholly: true},
	{does: "load kernel modules", calls: []string{"init_module", "finit_module"}},
	{does: "load another kernel", calls: []string{"kexec_load", "kexec_file_load"}},
	{does: "read and write other processes", calls: []string{"ptrace", "process_vm_readv", "process_vm_writev"}, wholly: true},
	{
		does:  "change the user",
		calls: []string{"setuid", "setreuid", "setresuid", "setfsuid", "setuid32", "setreuid32", "setresuid32", "setfsuid32"},
	},
	{
		does:  "change the group",
		calls: []string{"setgid", "setregid", "setresgid", "setfsgid", "setgid32", "setregid32", "setresgid32", "setfsgid32"},
	},
	{does: "set the clock", calls: []string{"settimeofday", "clock_settime", "clock_settime64", "stime"}, also: []string{"adjtimex", "clock_adjtime"}},
	{does: "send messages", calls: []string{"send", "sendto", "sendmsg", "sendmmsg"}, also: []string{"write", "writev", "io_uring_setup"}},
	{does: "receive messages", calls: []string{"recv", "recvfrom", "recvmsg", "recvmmsg", "recvmmsg_time64"}, also: []string{"read", "readv", "io_uring_setup"}},
	{does: "accept connections", calls: []string{"accept", "accept4"}, also: []string{"io_uring_setup"}},
	{does: "connect sockets", calls: []string{"connect"}, also: []string{"io_uring_setup"}},
	{does: "make sockets", calls: []string{"socket"}, also: []string{"io_uring_setup"}},
	{does: "set a scheduling policy", calls: []string{"sched_setscheduler"}, also: []string{"sched_setattr"}},
	{does: "set resource limits", calls: []string{"setrlimit", "prlimit64"}, wholly: true},
}

// A use is what a system call does if one of its arguments has certain bits.
type use struct {
	call  string
	param string // by the kernel's name; "": whatever the arguments
	mask  uint64
	value uint64 // of the bits in mask
	way   bool   // a way around the others; who refuses it may let these pass
}

// A deed is something that several system calls do if they are told to.
type deed struct {
	does   string
	uses   []use
	orLess bool // to be looked at only if the deed before is nothing that the policy is about
}

const (
	protWriteExec = 0x6        // PROT_WRITE | PROT_EXEC
	protExec      = 0x4        // PROT_EXEC
	shmExec       = 0o100000   // SHM_EXEC, include/uapi/linux/shm.h
	newUser       = 0x10000000 // CLONE_NEWUSER
)

// deeds are in the order in which their warnings come.
var deeds = [...]deed{
	// Memory that mmap may not make executable is to stay so. Who refuses it to
	// mprotect only may let mmap do it, as that takes what is in a file.
	{does: "make memory executable", uses: []use{
		{call: "mmap", param: "prot", mask: protExec, value: protExec},
		{call: "mmap2", param: "prot", mask: protExec, value: protExec},
		{call: "mprotect", param: "prot", mask: protExec, value: protExec, way: true},
		{call: "pkey_mprotect", param: "prot", mask: protExec, value: protExec, way: true},
		{call: "shmat", param: "shmflg", mask: shmExec, value: shmExec, way: true},
	}},
	{does: "make memory that is writable and executable", orLess: true, uses: []use{
		{call: "mmap", param: "prot", mask: protWriteExec, value: protWriteExec},
		{call: "mmap2", param: "prot", mask: protWriteExec, value: protWriteExec},
		{call: "mprotect", param: "prot", mask: protWriteExec, value: protWriteExec},
		{call: "pkey_mprotect", param: "prot", mask: protWriteExec, value: protWriteExec},
		{call: "shmat", param: "shmflg", mask: shmExec, value: shmExec},
	}},
	{does: "make user namespaces", uses: []use{
		{call: "clone", param: "clone_flags", mask: newUser, value: newUser},
		{call: "unshare", param: "unshare_flags", mask: newUser, value: newUser},
		{call: "clone3", way: true},
	}},
}
