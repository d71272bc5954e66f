// cover WHAT [stay] mounts something over /proc, by which it means to deceive
// whoever reads paths there, or to keep him waiting:
//
//	list     a tmpfs with lists of children that name this process only
//	silent   a file system of user space that never answers (FUSE)
//	task     a tmpfs over the threads of the supervisor, the parent's parent
//	own      a tmpfs over its own directory
//
// It says "covered" if that has worked, leaves a child behind in a session of its
// own, which holds the output open, and ends with 7; with stay, not before it is
// killed. It makes one call of rmdir. Without the rights to mount it says
// "cannot".
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *line)
{
	if (write(1, line, strlen(line)) < 0)
		_exit(1);
}

static void cannot(const char *what)
{
	perror(what);
	say("cannot\n");
	_exit(1);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0666);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		cannot(path);
	close(fd);
}

static void list(void)
{
	char own[32];
	if (mount("none", "/proc", "tmpfs", 0, NULL))
		cannot("tmpfs");
	snprintf(own, sizeof own, "%d ", getpid());
	mkdir("/proc/thread-self", 0777);
	mkdir("/proc/self", 0777);
	mkdir("/proc/self/task", 0777);
	mkdir("/proc/self/task/1", 0777);
	put("/proc/thread-self/children", own);
	put("/proc/self/task/1/children", own);
}

static void silent(void)
{
	char options[128];
	int fd = open("/dev/fuse", O_RDWR);
	if (fd < 0)
		cannot("/dev/fuse");
	snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", fd);
	if (mount("none", "/proc", "fuse", MS_NOSUID | MS_NODEV, options))
		cannot("fuse");
	// Whoever asks it waits.
	pid_t asks = fork();
	if (asks == 0)
		_exit(open("/proc/version", O_RDONLY) < 0);
	usleep(100000);
	if (waitpid(asks, NULL, WNOHANG) != 0)
		cannot("keep anybody waiting");
	kill(asks, SIGKILL);
	waitpid(asks, NULL, 0);
}

static void task(void)
{
	char path[64], line[256];
	int supervisor = 0;
	snprintf(path, sizeof path, "/proc/%d/status", getppid());
	FILE *status = fopen(path, "r");
	while (status && fgets(line, sizeof line, status))
		sscanf(line, "PPid: %d", &supervisor);
	snprintf(path, sizeof path, "/proc/%d/task", supervisor);
	if (mount("none", path, "tmpfs", 0, NULL))
		cannot(path);
}

static void own(void)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d", getpid());
	if (mount("none", path, "tmpfs", 0, NULL))
		cannot(path);
}

int main(int argc, char **argv)
{
	alarm(90); // if nobody ends it
	if (argc < 2)
		return 2;
	if (!strcmp(argv[1], "list"))
		list();
	else if (!strcmp(argv[1], "silent"))
		silent();
	else if (!strcmp(argv[1], "task"))
		task();
	else
		own();
	int ready[2];
	if (pipe(ready))
		cannot("pipe");
	if (fork() == 0) {
		setsid();
		alarm(90);
		close(ready[1]);
		close(ready[0]);
		for (;;)
			pause();
	}
	close(ready[1]);
	char end;
	if (read(ready[0], &end, 1)) // until the child has its session
		cannot("wait");
	rmdir("");
	say("covered\n");
	while (argc > 2)
		pause();
	return 7;
}
