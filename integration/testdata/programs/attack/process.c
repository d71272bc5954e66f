// Attacks on other processes, and the ways to start one.

#include "attack.h"
#include <fcntl.h>
#include <linux/kcmp.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static int secret = 1;

// A child that waits, with a secret of its own in its memory, and dies with us.
static pid_t victim(void)
{
	int ready[2];
	char byte;
	pid_t child;

	if (pipe(ready) || (child = fork()) < 0)
		broken("a child");
	if (child == 0) {
		secret = 42;
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		alarm(20);
		for (;;)
			pause();
	}
	if (read(ready[0], &byte, 1) != 1)
		broken("the child");
	return child;
}

static long end(pid_t child, long result)
{
	int error = errno;

	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	errno = error;
	return result;
}

static long trace(const char *arg)
{
	pid_t child = victim();
	return (void)arg, end(child, ptrace(PTRACE_SEIZE, child, 0, 0));
}

static long copy_memory(long call)
{
	pid_t child = victim();
	int stolen = 7;
	struct iovec here = { &stolen, sizeof stolen }, there = { &secret, sizeof secret };
	long result = syscall(call, child, &here, 1UL, &there, 1UL, 0UL);

	if (call == SYS_process_vm_readv && result >= 0 && stolen != 42)
		broken("other memory was read");
	return end(child, result);
}

static long read_memory(const char *arg) { return (void)arg, copy_memory(SYS_process_vm_readv); }
static long write_memory(const char *arg) { return (void)arg, copy_memory(SYS_process_vm_writev); }

static long steal_descriptor(const char *arg)
{
	pid_t child = victim();
	int pidfd = syscall(SYS_pidfd_open, child, 0);

	(void)arg;
	if (pidfd < 0)
		broken("pidfd_open");
	return end(child, syscall(SYS_pidfd_getfd, pidfd, 1, 0));
}

static long compare(const char *arg)
{
	pid_t child = victim();
	return (void)arg, end(child, syscall(SYS_kcmp, getpid(), child, KCMP_FILE, 1, 1));
}

// The parent's memory by way of a file, which no rule about ptrace is about.
static long open_parent_memory(const char *arg)
{
	char path[40];

	(void)arg;
	snprintf(path, sizeof path, "/proc/%d/mem", getppid());
	return open(path, O_RDWR);
}

// --- starting processes

// reap waits for a child of any of the calls below. In the child it does not
// return.
static long reap(long child)
{
	if (child == 0)
		_exit(0);
	if (child > 0)
		waitpid(child, NULL, __WALL);
	return child;
}

static long plain_clone(const char *arg) { return (void)arg, reap(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }

static long clone3_plain(const char *arg)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	return (void)arg, reap(syscall(SYS_clone3, &args, sizeof args));
}

#ifdef SYS_fork
static long plain_fork(const char *arg) { return (void)arg, reap(syscall(SYS_fork)); }
#endif

static long spawn(const char *arg)
{
	char *argv[] = { "attack", "silent", NULL }, *envp[] = { NULL };
	pid_t child;

	(void)arg;
	errno = posix_spawn(&child, "/proc/self/exe", NULL, NULL, argv, envp);
	if (errno)
		return -1;
	waitpid(child, NULL, 0);
	return 0;
}

static void *nothing(void *arg) { return arg; }

static long thread(const char *arg)
{
	pthread_t t;

	(void)arg;
	errno = pthread_create(&t, NULL, nothing, NULL);
	return errno ? -1 : returned(-(long)pthread_join(t, NULL));
}

// --- starting what no file system has

static int memory_copy_of_self(void)
{
	int self = open("/proc/self/exe", O_RDONLY), copy = syscall(SYS_memfd_create, "attack", 0);
	char buffer[65536];
	ssize_t n;

	if (self < 0)
		broken("/proc/self/exe");
	if (copy < 0)
		return -1;
	while ((n = read(self, buffer, sizeof buffer)) > 0)
		if (write(copy, buffer, n) != n)
			broken("memfd");
	return copy;
}

static char *const hello[] = { "attack", "hello", NULL }, *const no_environment[] = { NULL };

static long memfd_execveat(const char *arg)
{
	int copy = memory_copy_of_self();

	(void)arg;
	return copy < 0 ? -1 : syscall(SYS_execveat, copy, "", hello, no_environment, AT_EMPTY_PATH);
}

static long memfd_execve(const char *arg)
{
	int copy = memory_copy_of_self();
	char path[] = "/proc/self/fd/0";

	(void)arg;
	if (copy < 0)
		return -1;
	if (copy > 9)
		broken("a large descriptor");
	path[sizeof path - 2] = '0' + copy;
	return execve(path, hello, no_environment);
}

// --- signals to the parent: signal 0 is judged like every other, and does nothing

static long kill_parent(const char *arg) { return (void)arg, syscall(SYS_kill, getppid(), 0); }
static long tkill_parent(const char *arg) { return (void)arg, syscall(SYS_tkill, getppid(), 0); }
static long tgkill_parent(const char *arg) { return (void)arg, syscall(SYS_tgkill, getppid(), getppid(), 0); }

static long queue_to_parent(const char *arg)
{
	siginfo_t info = { .si_code = SI_QUEUE };
	return (void)arg, syscall(SYS_rt_sigqueueinfo, getppid(), 0, &info);
}

static long pidfd_signal_parent(const char *arg)
{
	int self = open("/proc/self", O_RDONLY | O_DIRECTORY); // the kernel takes it for a pidfd

	(void)arg;
	if (self < 0)
		broken("/proc/self");
	return syscall(SYS_pidfd_send_signal, self, 0, NULL, 0);
}

static long own_by_parent(const char *arg) { return (void)arg, fcntl(0, F_SETOWN, getppid()); }
static long signal_driven(const char *arg) { return (void)arg, fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_ASYNC); }

static long limit_parent(const char *arg)
{
	struct rlimit old;
	return (void)arg, syscall(SYS_prlimit64, getppid(), RLIMIT_CORE, NULL, &old);
}

static long sigurg_to_self(const char *arg) { return (void)arg, syscall(SYS_tgkill, getpid(), getpid(), SIGURG); }

#define LISTED(name, f) { name, f, 0 }
const struct attack process_attacks[] = {
	LISTED("ptrace", trace),
	LISTED("read-memory", read_memory),
	LISTED("write-memory", write_memory),
	LISTED("steal-descriptor", steal_descriptor),
	LISTED("kcmp", compare),
	LISTED("open-parent-memory", open_parent_memory),
	LISTED("clone", plain_clone),
	LISTED("clone3", clone3_plain),
#ifdef SYS_fork
	LISTED("fork", plain_fork),
#endif
	LISTED("posix-spawn", spawn),
	LISTED("thread", thread),
	LISTED("memfd-execveat", memfd_execveat),
	LISTED("memfd-execve", memfd_execve),
	LISTED("kill", kill_parent),
	LISTED("tkill", tkill_parent),
	LISTED("tgkill", tgkill_parent),
	LISTED("sigqueue", queue_to_parent),
	LISTED("pidfd-signal", pidfd_signal_parent),
	LISTED("set-owner", own_by_parent),
	LISTED("signal-driven", signal_driven),
	LISTED("prlimit", limit_parent),
	LISTED("sigurg-to-self", sigurg_to_self),
	{ 0 },
};
