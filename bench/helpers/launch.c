/*
 * The least that a launcher can do: launch FILTER COMMAND [ARGUMENT]...
 */
#include "filter.h"

int main(int argc, char **argv, char **environment)
{
	static struct sock_filter code[BPF_MAXINSNS];
	struct sock_fprog filter;

	if (argc < 3)
		return 2;
	filter = read_filter(argv[1], code);
	install_filter(&filter);
	execve(argv[2], argv + 2, environment);
	perror(argv[2]);
	return 2;
}
