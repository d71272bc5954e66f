/* The least that a supervisor can be: it answers all calls of the listener that
 * is its descriptor 3 with EPERM, until none is left to make any. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/seccomp.h>

int main(void)
{
	ioctl(3, _IOW('!', 4, unsigned long long), 1); /* SYNC_WAKE_UP */
	for (;;) {
		struct seccomp_notif call;
		memset(&call, 0, sizeof call);
		if (ioctl(3, SECCOMP_IOCTL_NOTIF_RECV, &call)) {
			struct pollfd wait = { .fd = 3, .events = POLLIN };
			if (errno == ENOENT && poll(&wait, 1, -1) == 1 && !(wait.revents & POLLIN))
				return 0; /* nobody is left (noticed here since Linux 6.11) */
			continue;
		}
		struct seccomp_notif_resp answer = { .id = call.id, .error = -1 };
		ioctl(3, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
}
