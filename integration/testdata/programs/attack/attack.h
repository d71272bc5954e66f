// What the files of this program share. Each attack returns what its system
// call returned: at least 0 for success, or -1 with errno set.

#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>

struct attack {
	const char *name;
	long (*run)(const char *arg);
	int wants_arg;
};

// Tables of attacks, ended by an empty entry.
extern const struct attack entry_attacks[], kernel_attacks[], process_attacks[], file_attacks[], socket_attacks[], execute_attacks[];

// broken ends the program: not the attack failed, but what prepares it.
_Noreturn void broken(const char *what);

// returned turns a raw result of the kernel into -1 and errno.
static inline long returned(long result)
{
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}
