// Attacks on the terminal, on namespaces, and on parts of the kernel that
// ordinary programs do not need.

#include "attack.h"
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// A terminal of our own, so that nothing is typed into anybody else's.
static int own_terminal(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;

	if (master < 0 || grantpt(master) || unlockpt(master))
		broken("posix_openpt");
	setsid(); // fails for the leader of a group, which the caller has made sure not to be
	slave = open(ptsname(master), O_RDWR);
	if (slave < 0 || (ioctl(slave, TIOCSCTTY, 0) && getsid(0) == getpid()))
		broken("a terminal");
	return slave;
}

// in_child runs f in a child, which leads no process group, and returns what
// it returned.
static long in_child(long (*f)(void))
{
	int status;
	pid_t child = fork();

	if (child < 0)
		broken("fork");
	if (child == 0)
		_exit(f() < 0 ? errno : 0);
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status)) {
		errno = ECHILD;
		broken("the child was killed");
	}
	return returned(-(long)WEXITSTATUS(status));
}

static long type_into_terminal(unsigned long cmd)
{
	char typed = 'x';
	int tty = own_terminal();

	return syscall(SYS_ioctl, tty, cmd, &typed);
}

static long tiocsti_child(void) { return type_into_terminal(TIOCSTI); }
static long tiocsti(const char *arg) { return (void)arg, in_child(tiocsti_child); }

#if __SIZEOF_LONG__ == 8
static long tiocsti_high_child(void) { return type_into_terminal(0x100000000 | TIOCSTI); }
static long tiocsti_high(const char *arg) { return (void)arg, in_child(tiocsti_high_child); }
#endif

// Only a virtual console does what this asks; others do not know it (ENOTTY).
static long tioclinux_child(void)
{
	char subcode = 2; // TIOCL_SETSEL: select what is on the screen, to paste it later

	return ioctl(own_terminal(), TIOCLINUX, &subcode);
}
static long tioclinux(const char *arg) { return (void)arg, in_child(tioclinux_child); }

static long clone3_newuser(const char *arg)
{
	struct clone_args args = { .flags = CLONE_NEWUSER, .exit_signal = SIGCHLD };
	long child = syscall(SYS_clone3, &args, sizeof args);

	(void)arg;
	if (child == 0)
		_exit(0);
	return child;
}

static long clone_newuser(const char *arg)
{
	long child = syscall(SYS_clone, (unsigned long)CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);

	(void)arg;
	if (child == 0)
		_exit(0);
	return child;
}

static long unshare_newuser(const char *arg) { return (void)arg, syscall(SYS_unshare, CLONE_NEWUSER); }
static long unshare_fs(const char *arg) { return (void)arg, syscall(SYS_unshare, CLONE_FS); }

// The kernel lets nobody enter the user namespace that he is in (EINVAL).
static long enter_namespace(const char *arg)
{
	int ns = open("/proc/self/ns/user", O_RDONLY);

	(void)arg;
	if (ns < 0)
		broken("/proc/self/ns/user");
	return syscall(SYS_setns, ns, CLONE_NEWUSER);
}

// Opens the file arg without a system call that is about opening.
static long io_uring_open(const char *arg)
{
	struct io_uring_params p = { 0 };
	long ring = syscall(SYS_io_uring_setup, 1, &p);
	size_t size = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
	struct io_uring_sqe *sqe;
	char *queue;

	if (ring < 0)
		return -1;
	if (!(p.features & IORING_FEAT_SINGLE_MMAP))
		broken("io_uring of an old kernel");
	if (size < p.sq_off.array + sizeof(uint32_t))
		size = p.sq_off.array + sizeof(uint32_t);
	queue = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	sqe = mmap(NULL, sizeof *sqe, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
	if (queue == MAP_FAILED || sqe == MAP_FAILED)
		broken("mmap of the rings");
	memset(sqe, 0, sizeof *sqe);
	sqe->opcode = IORING_OP_OPENAT;
	sqe->fd = AT_FDCWD;
	sqe->addr = (uintptr_t)arg;
	sqe->open_flags = O_RDONLY;
	*(uint32_t *)(queue + p.sq_off.array) = 0;
	__atomic_store_n((uint32_t *)(queue + p.sq_off.tail), 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		return -1;
	return returned(((struct io_uring_cqe *)(queue + p.cq_off.cqes))->res);
}

static long io_uring_enter_any(const char *arg) { return (void)arg, syscall(SYS_io_uring_enter, -1, 0, 0, 0, 0, 0); }
static long io_uring_register_any(const char *arg) { return (void)arg, syscall(SYS_io_uring_register, -1, 0, 0, 0); }

// A filter that allows everything, whose loading hands out a descriptor.
static long install_filter(unsigned int flags)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { .len = 1, .filter = &allow };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static long new_listener(const char *arg) { return (void)arg, install_filter(SECCOMP_FILTER_FLAG_NEW_LISTENER); }
static long plain_filter(const char *arg) { return (void)arg, install_filter(0); }

static long add_key(const char *arg)
{
	return (void)arg, syscall(SYS_add_key, "user", "sandbox-attack", "x", 1, -1 /* KEY_SPEC_THREAD_KEYRING */);
}

static long userfaultfd(const char *arg) { return (void)arg, syscall(SYS_userfaultfd, 1 /* UFFD_USER_MODE_ONLY */); }
static long perf_event(const char *arg) { return (void)arg, syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0); }
static long bpf_program(const char *arg) { return (void)arg, syscall(SYS_bpf, 5 /* BPF_PROG_LOAD */, NULL, 100000); }
static long read_clock(const char *arg)
{
	struct timex nothing = { 0 };
	return (void)arg, adjtimex(&nothing);
}
static long set_clock(const char *arg) { return (void)arg, syscall(SYS_clock_settime, CLOCK_REALTIME, NULL); }

static long open_tree(const char *arg) { return (void)arg, syscall(SYS_open_tree, AT_FDCWD, "/", 0); }
static long mount_nowhere(const char *arg) { return (void)arg, syscall(SYS_mount, NULL, "/no/such/place", NULL, 0, NULL); }
static long chroot_here(const char *arg) { return (void)arg, syscall(SYS_chroot, "/"); }

// The null device under a name of one's own.
static long make_device(const char *arg) { return mknod(arg, S_IFCHR | 0600, makedev(1, 3)); }

static long read_implies_exec(const char *arg) { return (void)arg, syscall(SYS_personality, 0x400000); }
static long ask_personality(const char *arg) { return (void)arg, syscall(SYS_personality, 0xffffffff); }

// Turns off what is not on, which works.
static long syscall_dispatch(const char *arg) { return (void)arg, prctl(59 /* PR_SET_SYSCALL_USER_DISPATCH */, 0, 0, 0, 0); }

#define LISTED(name, f) { name, f, 0 }
const struct attack kernel_attacks[] = {
	LISTED("tiocsti", tiocsti),
#if __SIZEOF_LONG__ == 8
	LISTED("tiocsti-high-bits", tiocsti_high),
#endif
	LISTED("tioclinux", tioclinux),
	LISTED("clone3-newuser", clone3_newuser),
	LISTED("clone-newuser", clone_newuser),
	LISTED("unshare-newuser", unshare_newuser),
	LISTED("unshare-fs", unshare_fs),
	LISTED("setns", enter_namespace),
	{ "io-uring-open", io_uring_open, 1 },
	LISTED("io-uring-enter", io_uring_enter_any),
	LISTED("io-uring-register", io_uring_register_any),
	LISTED("new-listener", new_listener),
	LISTED("plain-filter", plain_filter),
	LISTED("add-key", add_key),
	LISTED("userfaultfd", userfaultfd),
	LISTED("perf-event", perf_event),
	LISTED("bpf", bpf_program),
	LISTED("read-clock", read_clock),
	LISTED("set-clock", set_clock),
	LISTED("open-tree", open_tree),
	LISTED("mount", mount_nowhere),
	LISTED("chroot", chroot_here),
	{ "make-device", make_device, 1 },
	LISTED("read-implies-exec", read_implies_exec),
	LISTED("ask-personality", ask_personality),
	LISTED("syscall-dispatch", syscall_dispatch),
	{ 0 },
};
