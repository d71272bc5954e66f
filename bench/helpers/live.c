/*
 * Measures what one system call costs under filters, in a child each:
 *
 *	live ROUNDS CALLS NUMBER ARG0 ... ARG5 FILTER...
 *
 * FILTER is a file with a struct sock_filter array, or - for none. In each round
 * every filter has a turn, all of them on one processor, one after the other, so
 * that what else the machine does meets all of them alike. Each line of output
 * is a round: nanoseconds per call, a column for each filter.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include "filter.h"

enum { BATCHES = 8 };

static inline long call(const uint64_t a[7])
{
	long result;
	register uint64_t r10 asm("r10") = a[4], r8 asm("r8") = a[5], r9 asm("r9") = a[6];

	asm volatile("syscall"
		     : "=a"(result)
		     : "a"(a[0]), "D"(a[1]), "S"(a[2]), "d"(a[3]), "r"(r10), "r"(r8), "r"(r9)
		     : "rcx", "r11", "memory");
	return result;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

/* The fastest of some batches, in nanoseconds per call: a batch in which
 * something else ran is no measurement. */
static double measure(const uint64_t a[7], long calls)
{
	double best = 1e18;

	for (int batch = 0; batch < BATCHES; batch++) {
		double start = now();

		for (long i = 0; i < calls / BATCHES; i++)
			call(a);
		double took = (now() - start) / (calls / BATCHES);
		if (took < best)
			best = took;
	}
	return best;
}

int main(int argc, char **argv)
{
	enum { FIRST = 10 };
	static struct sock_filter code[64][BPF_MAXINSNS];
	static struct sock_fprog filters[64];
	int count = argc - FIRST;
	long rounds, calls;
	uint64_t a[7];
	double *took;
	cpu_set_t one;
	struct rlimit none = { 0, 0 };

	if (count < 1 || count > 64)
		return 2;
	rounds = atol(argv[1]);
	calls = atol(argv[2]);
	for (int i = 0; i < 7; i++)
		a[i] = strtoull(argv[3 + i], NULL, 0);
	for (int i = 0; i < count; i++)
		if (strcmp(argv[FIRST + i], "-"))
			filters[i] = read_filter(argv[FIRST + i], code[i]);
	setrlimit(RLIMIT_CORE, &none);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	took = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	for (long round = 0; round < rounds; round++) {
		for (int turn = 0; turn < count; turn++) {
			int i = (turn + round) % count, status;
			pid_t child = fork();

			if (child == 0) {
				if (filters[i].len)
					install_filter(&filters[i]);
				took[i] = measure(a, calls);
				/* The filter may deny exit_group. */
				__builtin_trap();
			}
			if (child < 0 || waitpid(child, &status, 0) != child || !WIFSIGNALED(status) ||
			    WTERMSIG(status) != SIGILL) {
				fprintf(stderr, "filter %d: a child failed with status %#x\n", i, status);
				return 1;
			}
		}
		for (int i = 0; i < count; i++)
			printf("%.3f%c", took[i], i + 1 < count ? ' ' : '\n');
	}
	return 0;
}
