/* Makes a number of denied calls while it gets signals, whose handler is set up
 * with SA_RESTART if the second argument is not 0. Prints its thread id when the
 * handler is there; and at the end how many of the calls gave their errno, which
 * is 100 + (i & 31) of call i, how many EINTR, and how many signals it has
 * handled. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static volatile sig_atomic_t signals;

static void count(int signal)
{
	(void)signal;
	signals++;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	long calls = atol(argv[1]), right = 0, interrupted = 0;
	struct sigaction action = { .sa_handler = count, .sa_flags = atoi(argv[2]) ? SA_RESTART : 0 };
	sigaction(SIGUSR1, &action, NULL);
	printf("%d\n", getpid());
	fflush(stdout);
	for (long i = 0; i < calls; i++) {
		long result = syscall(SYS_getpriority, 0, i);
		if (result == -1 && errno == 100 + (i & 31))
			right++;
		else if (result == -1 && errno == EINTR)
			interrupted++;
	}
	printf("%ld %ld %ld\n", right, interrupted, (long)signals);
	return 0;
}
