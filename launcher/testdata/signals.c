// Prints the number of every signal that it gets, those included that C
// libraries and the Go runtime keep for themselves, and ends with status 42
// after SIGTERM. Before it prints one, it sends it on to each process given.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv) {
	unsigned long all = ~0UL;
	// The library's own function would leave two of them out.
	if (syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, NULL, sizeof all) != 0)
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	for (;;) {
		int sig = syscall(SYS_rt_sigtimedwait, &all, NULL, NULL, sizeof all);
		if (sig <= 0)
			continue;
		for (int i = 1; i < argc; i++)
			syscall(SYS_kill, atoi(argv[i]), sig);
		printf("%d\n", sig);
		if (sig == SIGTERM)
			return 42;
	}
}
