// attack NAME [ARG]: tries one way around a sandbox, and says on standard
// output whether it worked: "done", or the name of the error.

#include "attack.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct attack *const tables[] = {
	entry_attacks, kernel_attacks, process_attacks, file_attacks, socket_attacks, execute_attacks,
};

static void say(const char *text)
{
	char line[200];
	int n = snprintf(line, sizeof line, "%s\n", text);

	if (write(1, line, n) != n)
		_exit(4);
}

_Noreturn void broken(const char *what)
{
	char text[160];

	snprintf(text, sizeof text, "cannot try: %s: %s", what, strerrorname_np(errno));
	say(text);
	_exit(3);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "hello")) { // what some attacks turn into
		say("done");
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "silent")) // what some attacks start
		return 0;
	for (size_t t = 0; argc >= 2 && t < sizeof tables / sizeof *tables; t++) {
		for (const struct attack *a = tables[t]; a->name; a++) {
			if (strcmp(a->name, argv[1]))
				continue;
			if (argc != 2 + a->wants_arg)
				break;
			if (a->run(argv[2]) < 0) {
				const char *name = strerrorname_np(errno);
				say(name ? name : "an error without a name");
				return 1;
			}
			say("done");
			return 0;
		}
	}
	say("usage: attack NAME [ARG]");
	return 2;
}
