/* Makes calls with paths in memory that a file system of its own (FUSE) is to
 * fill, and does not: a process for each, one after the other. Then it makes a
 * call with the path "/last" itself, and ends, unless it is to stay. It prints each
 * errno; or "fuse" and an errno, if it cannot have the file system, which it serves
 * on the directory that it is given. A caller that is not root does so in a user
 * namespace of its own. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DIRECTORY = FUSE_ROOT_ID, FILE_NODE, PAGES = 64 };

static void lacks(void)
{
	printf("fuse %d\n", errno);
	exit(0);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		lacks();
	close(fd);
}

static void answer(int fuse, unsigned long request, int error, const void *body, size_t size)
{
	char reply[256];
	struct fuse_out_header head = { .len = sizeof head + size, .error = error, .unique = request };
	memcpy(reply, &head, sizeof head);
	memcpy(reply + sizeof head, body, size);
	if (write(fuse, reply, head.len) < 0 && errno != ENOENT)
		exit(1);
}

static struct fuse_attr attributes(unsigned long node)
{
	struct fuse_attr a = { .ino = node, .nlink = 1, .size = PAGES * 4096, .blksize = 4096 };
	a.mode = node == DIRECTORY ? S_IFDIR | 0777 : S_IFREG | 0777;
	return a;
}

static void serve(int fuse)
{
	static char request[1 << 17];
	while (read(fuse, request, sizeof request) > 0 || errno == EINTR) {
		struct fuse_in_header *in = (void *)request;
		struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = 4096 };
		struct fuse_entry_out entry = { .nodeid = FILE_NODE, .entry_valid = 1000, .attr_valid = 1000, .attr = attributes(FILE_NODE) };
		struct fuse_attr_out attr = { .attr_valid = 1000, .attr = attributes(in->nodeid) };
		struct fuse_open_out opened = { .fh = 1 };
		switch (in->opcode) {
		case FUSE_INIT: answer(fuse, in->unique, 0, &init, sizeof init); break;
		case FUSE_LOOKUP: answer(fuse, in->unique, 0, &entry, sizeof entry); break;
		case FUSE_GETATTR: answer(fuse, in->unique, 0, &attr, sizeof attr); break;
		case FUSE_OPEN: answer(fuse, in->unique, 0, &opened, sizeof opened); break;
		case FUSE_READ: case FUSE_INTERRUPT: case FUSE_FORGET: break;
		default: answer(fuse, in->unique, -ENOSYS, "", 0);
		}
	}
}

int main(int argc, char **argv)
{
	int user = getuid(), group = getgid(), flags = CLONE_NEWNS | (user ? CLONE_NEWUSER : 0);
	char text[128], *file;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 3 || unshare(flags))
		lacks();
	if (user) {
		put("/proc/self/setgroups", "deny");
		snprintf(text, sizeof text, "0 %d 1", user);
		put("/proc/self/uid_map", text);
		snprintf(text, sizeof text, "0 %d 1", group);
		put("/proc/self/gid_map", text);
	} else if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) {
		lacks();
	}
	int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	snprintf(text, sizeof text, "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
	if (fuse < 0 || mount("test", argv[1], "fuse", MS_NOSUID | MS_NODEV, text))
		lacks();
	pid_t server = fork();
	if (!server) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(fuse);
		_exit(0);
	}
	close(fuse);
	asprintf(&file, "%s/file", argv[1]);
	int fd = open(file, O_RDONLY);
	char *pages = mmap(NULL, PAGES * 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	if (fd < 0 || pages == MAP_FAILED || madvise(pages, PAGES * 4096, MADV_RANDOM))
		lacks();
	for (int i = 0; i < atoi(argv[2]); i++) {
		pid_t child = fork();
		if (!child) {
			mkdirat(AT_FDCWD, pages + i * 4096, 0755);
			printf("%d\n", errno);
			_exit(0);
		}
		waitpid(child, NULL, 0);
	}
	mkdirat(AT_FDCWD, "/last", 0755);
	printf("%d\n", errno);
	if (argc > 3 && !strcmp(argv[3], "stay"))
		pause();
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	return 0;
}
