// Ways to a network.

#include "attack.h"
#include <fcntl.h>
#include <linux/if_tun.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// The family in the low half of the register is what counts.
static long family(const char *arg) { return syscall(SYS_socket, strtoul(arg, NULL, 0), SOCK_DGRAM, 0); }

/* What Linux 2.0 had in place of AF_PACKET; the kernel still translates it. */
static long raw_packets_by_type(const char *arg) { return (void)arg, syscall(SYS_socket, AF_INET, SOCK_PACKET | SOCK_CLOEXEC, 0); }
static long raw_packets(const char *arg) { return (void)arg, syscall(SYS_socket, AF_PACKET, SOCK_RAW, 0); }

static long pair(const char *arg)
{
	int ends[2];
	return syscall(SYS_socketpair, strtoul(arg, NULL, 0), SOCK_STREAM, 0, ends);
}

#ifdef SYS_socketcall
static long by_socketcall(const char *arg)
{
	unsigned long arguments[] = { AF_INET, SOCK_STREAM, 0 };
	return (void)arg, syscall(SYS_socketcall, 1 /* SYS_SOCKET */, arguments);
}
#endif

// An interface of one's own. Whether the descriptor is one for that does not
// matter: the filter sees the command alone.
static long tunnel(const char *arg) { return (void)arg, ioctl(0, TUNSETIFF, NULL); }

// The same socket from a grandchild in a session of its own, which writes the
// outcome to the file arg.
static long daemon_inet(const char *arg)
{
	int out = open(arg, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	pid_t child = fork();

	if (out < 0 || child < 0)
		broken("a daemon");
	if (child > 0)
		return waitpid(child, NULL, 0);
	setsid();
	if (fork() != 0)
		_exit(0);
	const char *outcome = syscall(SYS_socket, AF_INET, SOCK_STREAM, 0) < 0 ? strerrorname_np(errno) : "done";
	_exit(write(out, outcome, strlen(outcome)) < 0);
}

const struct attack socket_attacks[] = {
	{ "socket", family, 1 },
	{ "socketpair", pair, 1 },
#ifdef SYS_socketcall
	{ "socketcall", by_socketcall, 0 },
#endif
	{ "raw-packets", raw_packets, 0 },
	{ "raw-packets-by-type", raw_packets_by_type, 0 },
	{ "tunnel", tunnel, 0 },
	{ "daemon-inet", daemon_inet, 1 },
	{ 0 },
};
