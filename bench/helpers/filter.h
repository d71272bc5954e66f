/* Reads a filter, as an array of struct sock_filter, and installs it. */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct sock_fprog read_filter(const char *path, struct sock_filter code[BPF_MAXINSNS])
{
	struct sock_fprog filter = { 0, code };
	int file = open(path, O_RDONLY);
	ssize_t n = read(file, code, BPF_MAXINSNS * sizeof(*code));

	if (n <= 0) {
		perror(path);
		exit(2);
	}
	close(file);
	filter.len = n / sizeof(*code);
	return filter;
}

static void install_filter(struct sock_fprog *filter)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter)) {
		perror("seccomp");
		exit(2);
	}
}
