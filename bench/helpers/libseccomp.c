/*
 * Makes filters with libseccomp, for the bench. Standard input is a policy in
 * numbers:
 *
 *	TIMES LEVEL DEFAULT RULES PRIORITIES
 *	ACTION NUMBER COMPARISONS {ARG OP MASK VALUE}	(RULES lines)
 *	NUMBER PRIORITY					(PRIORITIES lines)
 *
 * The filter of the last time is written to standard output; how long each time
 * took, in nanoseconds, to standard error. Exit status 3: the library refused a
 * rule, whose index and errno are written instead.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

struct rule {
	uint32_t action;
	int number;
	unsigned count;
	struct scmp_arg_cmp when[8];
};

struct priority {
	int number;
	unsigned value;
};

static struct rule *rules;
static struct priority *priorities;
static unsigned times, level, fallback, rule_count, priority_count;

static void malformed(void)
{
	fprintf(stderr, "malformed input\n");
	exit(2);
}

static void *zeroed(size_t count, size_t size)
{
	void *memory = calloc(count + 1, size);

	if (!memory) {
		perror("calloc");
		exit(2);
	}
	return memory;
}

static void read_policy(void)
{
	if (scanf("%u %u %x %u %u", &times, &level, &fallback, &rule_count, &priority_count) != 5)
		malformed();
	rules = zeroed(rule_count, sizeof(*rules));
	priorities = zeroed(priority_count, sizeof(*priorities));
	for (unsigned i = 0; i < rule_count; i++) {
		struct rule *r = &rules[i];

		if (scanf("%x %d %u", &r->action, &r->number, &r->count) != 3 || r->count > 8)
			malformed();
		for (unsigned j = 0; j < r->count; j++) {
			struct scmp_arg_cmp *c = &r->when[j];
			unsigned op;

			if (scanf("%u %u %lx %lx", &c->arg, &op, &c->datum_a, &c->datum_b) != 4)
				malformed();
			c->op = op;
			/* Only a masked comparison has two values. */
			if (c->op != SCMP_CMP_MASKED_EQ)
				c->datum_a = c->datum_b;
		}
	}
	for (unsigned i = 0; i < priority_count; i++)
		if (scanf("%d %u", &priorities[i].number, &priorities[i].value) != 2)
			malformed();
}

/* Makes the filter of the policy in the file that it is given. */
static void make_filter(int file)
{
	scmp_filter_ctx context = seccomp_init(fallback);

	if (!context || seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, level) < 0) {
		fprintf(stderr, "no context\n");
		exit(2);
	}
	for (unsigned i = 0; i < rule_count; i++) {
		struct rule *r = &rules[i];
		int failed = seccomp_rule_add_exact_array(context, r->action, r->number, r->count, r->when);

		if (failed < 0) {
			fprintf(stderr, "%u %d\n", i, -failed);
			exit(3);
		}
	}
	for (unsigned i = 0; i < priority_count; i++)
		seccomp_syscall_priority(context, priorities[i].number, priorities[i].value);
	if (seccomp_export_bpf(context, file) < 0) {
		fprintf(stderr, "the filter could not be made\n");
		exit(2);
	}
	seccomp_release(context);
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(void)
{
	int file = memfd_create("filter", 0);
	char buffer[4096];
	ssize_t n;

	read_policy();
	for (unsigned i = 0; i < times; i++) {
		long long start = now();

		if (lseek(file, 0, SEEK_SET) < 0 || ftruncate(file, 0) < 0)
			return 2;
		make_filter(file);
		fprintf(stderr, "%lld\n", now() - start);
	}
	lseek(file, 0, SEEK_SET);
	while ((n = read(file, buffer, sizeof(buffer))) > 0)
		if (write(1, buffer, n) != n)
			return 2;
	return 0;
}
