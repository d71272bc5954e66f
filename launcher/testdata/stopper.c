// Stops its parent at once, and ends with status 42.
#include <signal.h>
#include <unistd.h>

int main(void) {
	return kill(getppid(), SIGSTOP) == 0 ? 42 : 1;
}
