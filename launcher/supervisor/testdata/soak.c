/* What programs do to a supervisor, for some seconds: processes that come and
 * go, make denied calls, get signals meanwhile, are killed while they wait, and
 * execute another program. Prints how many denied calls gave another errno than
 * EPERM. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void nothing(int signal) { (void)signal; }

static int denied(int calls)
{
	int wrong = 0;
	char path[64];
	for (int i = 0; i < calls; i++) {
		wrong += syscall(SYS_getpriority, 0, (long)i) != -1 || errno != EPERM;
		snprintf(path, sizeof path, "directory of %d/%d", getpid(), i);
		wrong += syscall(SYS_mkdirat, AT_FDCWD, path, 0755) != -1 || errno != EPERM;
	}
	return wrong;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	struct sigaction action = { .sa_handler = nothing, .sa_flags = SA_RESTART };
	sigaction(SIGUSR1, &action, NULL);
	int wrong = 0;
	time_t end = time(NULL) + atoi(argv[1]);
	for (unsigned i = 0; time(NULL) < end; i++) {
		pid_t child = fork();
		if (child == 0) {
			if (i % 8 == 7)
				execl("/bin/true", "true", NULL);
			if (i % 8 == 6)
				for (;;)
					denied(1000);
			_exit(denied(20) != 0);
		}
		for (int j = 0; j < 5; j++) {
			usleep(200);
			if (i % 8 != 7) /* true would die of it */
				kill(child, SIGUSR1);
		}
		if (i % 8 == 6)
			kill(child, SIGKILL);
		int status = 0;
		waitpid(child, &status, 0);
		wrong += WIFEXITED(status) && WEXITSTATUS(status) != 0;
		wrong += denied(1);
		usleep(20000);
	}
	printf("%d\n", wrong);
	return 0;
}
