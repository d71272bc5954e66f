// Ways into the kernel besides the usual one, and registers with bits in them
// that the kernel ignores.

#include "attack.h"
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __x86_64__

enum { i386_getpid = 20, x32_bit = 0x40000000 };

static long int80_getpid(const char *arg)
{
	long result;

	(void)arg;
	__asm__ volatile("int $0x80" : "=a"(result) : "a"((long)i386_getpid) : "memory", "r8", "r9", "r10", "r11");
	return returned(result);
}

static long x32_getpid(const char *arg)
{
	(void)arg;
	return syscall(x32_bit | SYS_getpid);
}

// The page at this address is older than the vDSO: its calls are emulated by
// the kernel, which asks the filter first.
static long vsyscall_time(const char *arg)
{
	long (*time_of_day)(long *) = (long (*)(long *))0xffffffffff600400;

	(void)arg;
	return returned(time_of_day(NULL));
}

#endif

static long number(const char *arg)
{
	return syscall(strtol(arg, NULL, 0));
}

#if __SIZEOF_LONG__ == 8

// AT_FDCWD is -100 as an int. The upper half of the register is the caller's.
static long cwd_zero_extended(const char *arg)
{
	return syscall(SYS_openat, (uint64_t)(uint32_t)AT_FDCWD, arg, O_RDONLY, 0);
}

static long cwd_sign_extended(const char *arg)
{
	return syscall(SYS_openat, (int64_t)AT_FDCWD, arg, O_RDONLY, 0);
}

static long cwd_junk(const char *arg)
{
	return syscall(SYS_openat, 0x1234567800000000 | (uint32_t)AT_FDCWD, arg, O_RDONLY, 0);
}

#endif

const struct attack entry_attacks[] = {
#ifdef __x86_64__
	{ "int80-getpid", int80_getpid, 0 },
	{ "x32-getpid", x32_getpid, 0 },
	{ "vsyscall-time", vsyscall_time, 0 },
#endif
	{ "number", number, 1 },
#if __SIZEOF_LONG__ == 8
	{ "cwd-zero-extended", cwd_zero_extended, 1 },
	{ "cwd-sign-extended", cwd_sign_extended, 1 },
	{ "cwd-junk", cwd_junk, 1 },
#endif
	{ 0 },
};
