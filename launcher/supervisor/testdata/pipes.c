/* Hands a byte to another process and waits for it to come back, as often as
 * its argument says: two switches between processes, as a denied call takes. */
#include <stdlib.h>
#include <unistd.h>

static void hand(int from, int to)
{
	char byte = 0;
	if (read(from, &byte, 1) != 1 || write(to, &byte, 1) != 1)
		exit(1);
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? atol(argv[1]) : 0;
	int there[2], back[2];
	if (pipe(there) || pipe(back))
		return 1;
	pid_t other = fork();
	if (other < 0)
		return 1;
	if (other == 0) {
		for (long i = 0; i < rounds; i++)
			hand(there[0], back[1]);
		return 0;
	}
	if (write(there[1], "", 1) != 1)
		return 1;
	for (long i = 1; i < rounds; i++)
		hand(back[0], there[1]);
	return 0;
}
