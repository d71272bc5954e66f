// Ways to execute a program: each executes this one again, which then says
// "done".

#include "attack.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char self[] = "/proc/self/exe";
static char *const hello[] = { "attack", "hello", NULL }, *const silent[] = { "attack", "silent", NULL }, *const nothing[] = { NULL };

static long by_execve(const char *arg) { return (void)arg, execve(self, hello, nothing); }
static long by_execveat(const char *arg) { return (void)arg, syscall(SYS_execveat, AT_FDCWD, self, hello, nothing, 0); }

// in_child executes in a child, which ends with its errno.
static long in_child(const char *arg)
{
	int status;
	pid_t child = fork();

	(void)arg;
	if (child == 0) {
		execve(self, silent, nothing);
		_exit(errno);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		broken("a child");
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
	return errno ? -1 : 0;
}

static void *execute(void *result)
{
	execve(self, hello, nothing);
	*(int *)result = errno;
	return NULL;
}

static long in_thread(const char *arg)
{
	pthread_t thread;
	int result = 0;

	(void)arg;
	if (pthread_create(&thread, NULL, execute, &result) || pthread_join(thread, NULL))
		broken("a thread");
	errno = result;
	return -1;
}

// without_arguments is what no program can be given, and the kernel puts right.
static long without_arguments(const char *arg) { return (void)arg, syscall(SYS_execve, self, NULL, NULL); }

#ifdef __x86_64__
enum { i386_execve = 11, i386_execveat = 358, x32_execve = 0x40000000 + 520 };

static long int80(long number, long b, long c, long d, long s, long di)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(b), "c"(c), "d"(d), "S"(s), "D"(di)
			 : "memory", "r8", "r9", "r10", "r11");
	return returned(result);
}

// What i386's execve is given, which has 32 bits for each address.
struct low {
	char path[sizeof self], first[8], second[8];
	uint32_t argv[3], envp[1];
};

static struct low *low(void)
{
	struct low *p = mmap(NULL, sizeof *p, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (p == MAP_FAILED)
		broken("memory below 4 GiB");
	strcpy(p->path, self);
	strcpy(p->first, "attack");
	strcpy(p->second, "hello");
	p->argv[0] = (uintptr_t)p->first;
	p->argv[1] = (uintptr_t)p->second;
	return p;
}

static long int80_execve(const char *arg)
{
	struct low *p = low();

	(void)arg;
	return int80(i386_execve, (long)p->path, (long)p->argv, (long)p->envp, 0, 0);
}

static long int80_execveat(const char *arg)
{
	struct low *p = low();

	(void)arg;
	return int80(i386_execveat, AT_FDCWD, (long)p->path, (long)p->argv, (long)p->envp, 0);
}

static long by_x32(const char *arg) { return (void)arg, syscall(x32_execve, self, hello, nothing); }
#endif

#if __SIZEOF_LONG__ == 8
// at copies something to an address.
static void *at(unsigned long address, const void *what, size_t size)
{
	unsigned long page = sysconf(_SC_PAGESIZE), start = address & ~(page - 1);

	if (mmap((void *)start, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		broken("memory at an address");
	return memcpy((void *)address, what, size);
}

// guess reads three addresses a line, at which it then has what it executes.
static long guess(const char *arg)
{
	unsigned long a, b, c;

	(void)arg;
	while (scanf("%lx %lx %lx", &a, &b, &c) == 3) {
		execve(at(a, self, sizeof self), at(b, hello, sizeof hello), at(c, nothing, sizeof nothing));
		puts(strerrorname_np(errno));
		fflush(stdout);
	}
	return 0;
}
#endif

const struct attack execute_attacks[] = {
	{ "execve", by_execve, 0 },
	{ "execveat", by_execveat, 0 },
	{ "execve-in-child", in_child, 0 },
	{ "execve-in-thread", in_thread, 0 },
	{ "execve-of-nothing", without_arguments, 0 },
#ifdef __x86_64__
	{ "int80-execve", int80_execve, 0 },
	{ "int80-execveat", int80_execveat, 0 },
	{ "x32-execve", by_x32, 0 },
#endif
#if __SIZEOF_LONG__ == 8
	{ "guess", guess, 0 },
#endif
	{ 0 },
};
