/*
 * A program that wants out. It is held by a filter that has each getpgid wait
 * for its supervisor, who denies it. Without one the kernel does (ENOSYS). What
 * becomes of the calls is counted in a file that all processes map.
 *
 * captive FILE MILLISECONDS [bomb]
 *
 * It ends after that time, and so does each process that it makes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { DENIED, UNANSWERED, ESCAPED, OTHERWISE, LISTENERS, REFUSED, STARTED };

static uint64_t *counts;
static struct timespec end;

static void count(int what) { __atomic_add_fetch(&counts[what], 1, __ATOMIC_RELAXED); }

static int over(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec);
}

/* guarded makes the call that is denied. */
static void guarded(void)
{
	long r = syscall(SYS_getpgid, 0);
	if (r > 0)
		count(ESCAPED);
	else if (errno == EPERM)
		count(DENIED);
	else if (errno == ENOSYS)
		count(UNANSWERED);
	else
		count(OTHERWISE);
}

/* listen installs a filter that has getpgid wait for this process. */
static int listen_oneself(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, code };
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* let_through answers a child's calls: go on. */
static void let_through(int listener)
{
	struct pollfd ready = { listener, POLLIN, 0 };
	struct seccomp_notif call;
	struct seccomp_notif_resp answer;

	if (fork() == 0) {
		close(listener); /* or it would wait for itself in the end */
		while (!over())
			guarded();
		_exit(0);
	}
	while (!over()) {
		if (poll(&ready, 1, 10) <= 0)
			continue;
		memset(&call, 0, sizeof call);
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0)
			continue;
		memset(&answer, 0, sizeof answer);
		answer.id = call.id;
		answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
}

static void take_over(void)
{
	while (!over()) {
		int listener = listen_oneself();
		if (listener >= 0) {
			count(LISTENERS);
			let_through(listener);
			return;
		}
		count(REFUSED);
	}
}

int main(int argc, char **argv)
{
	int file = open(argv[1], O_RDWR);
	long ms = atol(argv[2]);

	counts = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (file < 0 || counts == MAP_FAILED)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += ms / 1000;
	end.tv_nsec += ms % 1000 * 1000000;
	if (end.tv_nsec >= 1000000000) {
		end.tv_sec++;
		end.tv_nsec -= 1000000000;
	}
	count(STARTED);
	if (argc > 3) {
		while (!over())
			if (fork() < 0)
				usleep(1000);
		return 0;
	}
	if (fork() == 0) {
		take_over();
		_exit(0);
	}
	if (fork() == 0) { /* nobody's child, in a session of its own */
		if (fork() != 0)
			_exit(0);
		setsid();
		if (fork() != 0)
			_exit(0);
		while (!over())
			guarded();
		_exit(0);
	}
	while (!over())
		guarded();
	return 42;
}
