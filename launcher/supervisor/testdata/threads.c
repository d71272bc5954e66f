/* Makes a denied call in each of many threads at once. Prints how many of them
 * gave EPERM. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int right;

static void *run(void *argument)
{
	if (syscall(SYS_getpriority, 0, (long)argument) == -1 && errno == EPERM)
		right++;
	return NULL;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	long threads = atol(argv[1]);
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 64 << 10);
	pthread_t *ids = calloc(threads, sizeof *ids);
	for (long i = 0; i < threads; i++)
		if (pthread_create(&ids[i], &attributes, run, (void *)i))
			return 1;
	for (long i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	printf("%d\n", right);
	return 0;
}
