/* Makes calls of i386 from a 64-bit program, with junk in the high halves of
 * the registers, and prints what they give. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static long i386(long nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	const uint64_t junk = 0xdead000000000000;
	long result;
	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(nr), "b"(junk | a), "c"(junk | b), "d"(junk | c), "S"(junk | d)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

int main(void)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (low == MAP_FAILED)
		return 1;
	strcpy(low, "/bin/true");
	strcpy(low + 16, "first");
	strcpy(low + 32, "second");
	uint32_t *argv = (uint32_t *)(low + 64);
	argv[0] = (uint32_t)(uintptr_t)(low + 16);
	argv[1] = (uint32_t)(uintptr_t)(low + 32);
	uint64_t path = (uintptr_t)low;
	printf("%ld\n", i386(295, 0xffffff9c, path, 01, 0644)); /* openat */
	printf("%ld\n", i386(11, path, (uintptr_t)argv, 0, 0)); /* execve */
	return 0;
}
