/* Makes two calls with a path in memory that answers nobody (userfaultfd(2)), a
 * call that says that it is over, and prints the errno of each. Prints the errno
 * of userfaultfd instead, if that fails. */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	long page = sysconf(_SC_PAGESIZE);
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = { .api = UFFD_API };
	char *silent = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_register range = { .range = { (unsigned long)silent, page }, .mode = UFFDIO_REGISTER_MODE_MISSING };
	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &range)) {
		printf("userfaultfd %d\n", errno);
		return 0;
	}
	for (int i = 0; i < 2; i++) {
		syscall(SYS_mkdirat, AT_FDCWD, silent, 0755);
		printf("%d\n", errno);
	}
	syscall(SYS_getpriority, 0, 0);
	printf("%d\n", errno);
	return 0;
}
