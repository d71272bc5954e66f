// Makes one system call that policies deny, as its name is given, and ends with
// the errno.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	char zeros[128] = { 0 };
	long r = -1;

	errno = 0;
	if (!strcmp(name, "unshare"))
		r = unshare(CLONE_NEWUSER | CLONE_NEWNS);
	else if (!strcmp(name, "io_uring"))
		r = syscall(425, 8L, zeros);
	else if (!strcmp(name, "tiocsti"))
		r = ioctl(0, TIOCSTI, "x");
	else if (!strcmp(name, "clone3"))
		r = syscall(435, zeros, 88L);
	else if (!strcmp(name, "ptrace"))
		r = ptrace(PTRACE_ATTACH, getppid(), 0, 0);
	else if (!strcmp(name, "socket"))
		r = socket(AF_INET, SOCK_STREAM, 0);
	else if (!strcmp(name, "open"))
		r = open(argv[2], O_RDWR | O_CREAT, 0600);
	else
		fprintf(stderr, "%s: no such call\n", name);
	return r < 0 ? errno : 0;
}
