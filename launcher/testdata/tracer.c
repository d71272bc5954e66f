// A program that ends while one of those below it traces another, whose zombie
// its parent is not shown until the tracer lets go. The tracer holds the output
// open and lives on.
//
//   tracer sibling|program [stay]
//
// sibling: a grandchild traces a child. program: a child traces the program.
// stay: do not end. It says "held" when that is so, and ends with 7.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

static void hold(pid_t pid, int to) {
	long failed = ptrace(PTRACE_SEIZE, pid, 0, 0);
	if (write(to, &failed, sizeof failed) != sizeof failed)
		_exit(1);
	sleep(1000);
	_exit(0);
}

int main(int argc, char **argv) {
	int ends[2];
	if (argc < 2 || pipe(ends) != 0)
		return 1;
	pid_t self = getpid();
	if (strcmp(argv[1], "program") == 0) {
		if (fork() == 0) {
			setsid();
			hold(self, ends[1]);
		}
	} else {
		pid_t child = fork();
		if (child == 0)
			for (;;)
				pause();
		if (fork() == 0) {
			if (fork() == 0)
				hold(child, ends[1]);
			for (;;)
				pause();
		}
	}
	long failed;
	if (read(ends[0], &failed, sizeof failed) != sizeof failed || failed)
		return 1;
	puts("held");
	fflush(stdout);
	if (argc > 2)
		pause();
	return 7;
}
