/* Starts a fork bomb whose processes all make denied calls, makes some calls one
 * after the other beside them, prints how long one took in the mean and at most,
 * in microseconds, and ends; the bomb does not. It has a limit of processes, if
 * that is not 0, and changes to a user, if that is not 0. The argument of a call
 * says who makes it: 1: the bomb, 2: the bomb when it could not fork, 3: the
 * first process, 4: that it is done. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	rlim_t limit = atol(argv[1]);
	int uid = atoi(argv[2]), calls = atoi(argv[3]);
	struct rlimit processes = { limit, limit }, seconds = { 20, 20 };
	if ((limit && setrlimit(RLIMIT_NPROC, &processes)) || setrlimit(RLIMIT_CPU, &seconds))
		return 1;
	if (uid && (setgid(uid) || setuid(uid)))
		return 1;
	pid_t bomb = fork();
	if (bomb == 0)
		for (;;)
			syscall(SYS_getpriority, 0, fork() < 0 ? 2 : 1);
	if (bomb < 0)
		return 1;
	double longest = 0, sum = 0;
	usleep(100000); /* for the bomb to grow */
	for (int i = 0; i < calls; i++) {
		double before = now();
		syscall(SYS_getpriority, 0, 3);
		double took = now() - before;
		sum += took;
		if (took > longest)
			longest = took;
		usleep(1000);
	}
	printf("%.0f %.0f\n", sum / calls, longest);
	fflush(stdout);
	syscall(SYS_getpriority, 0, 4);
	return 0;
}
