// Ways to make, write or change files. Each takes a directory, in which there
// is a file "old" that may be changed, and nothing called "new".

#include "attack.h"
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

static void enter(const char *dir)
{
	if (chdir(dir))
		broken("chdir");
}

static long try_openat(const char *dir, const char *path, unsigned long flags)
{
	enter(dir);
	return syscall(SYS_openat, AT_FDCWD, path, flags, 0600);
}

static long read_only(const char *dir) { return try_openat(dir, "old", O_RDONLY | O_CLOEXEC | O_NONBLOCK); }
static long write_only(const char *dir) { return try_openat(dir, "old", O_WRONLY); }
static long read_write(const char *dir) { return try_openat(dir, "old", O_RDWR); }
static long fourth_mode(const char *dir) { return try_openat(dir, "old", O_ACCMODE); }
static long create(const char *dir) { return try_openat(dir, "new", O_RDONLY | O_CREAT); }
static long truncating(const char *dir) { return try_openat(dir, "old", O_RDONLY | O_TRUNC); }
static long nameless(const char *dir) { return try_openat(dir, ".", O_TMPFILE | O_RDWR); }

#if __SIZEOF_LONG__ == 8
static long high_bits(const char *dir) { return try_openat(dir, "old", 0xfffffffe00000000 | O_WRONLY); }
#endif

#ifdef SYS_open
static long old_open(const char *dir) { return enter(dir), syscall(SYS_open, "old", O_WRONLY); }
static long old_creat(const char *dir) { return enter(dir), syscall(SYS_creat, "new", 0600); }
#endif

static long new_openat2(const char *dir)
{
	struct open_how how = { .flags = O_WRONLY };
	return enter(dir), syscall(SYS_openat2, AT_FDCWD, "old", &how, sizeof how);
}

static long path_truncate(const char *dir) { return enter(dir), truncate("old", 0); }
static long output_truncate(const char *dir) { return (void)dir, ftruncate(0, 0); }
static long output_chmod(const char *dir) { return (void)dir, fchmod(0, 0600); }
static long path_rename(const char *dir) { return enter(dir), rename("old", "new"); }
static long path_renameat2(const char *dir) { return enter(dir), syscall(SYS_renameat2, AT_FDCWD, "old", AT_FDCWD, "new", 0); }
static long path_unlink(const char *dir) { return enter(dir), unlinkat(AT_FDCWD, "old", 0); }
static long path_mkdir(const char *dir) { return enter(dir), mkdirat(AT_FDCWD, "new", 0700); }
static long path_link(const char *dir) { return enter(dir), linkat(AT_FDCWD, "old", AT_FDCWD, "new", 0); }
static long path_symlink(const char *dir) { return enter(dir), symlinkat("old", AT_FDCWD, "new"); }
static long path_chmod(const char *dir) { return enter(dir), fchmodat(AT_FDCWD, "old", 0600, 0); }
static long path_chown(const char *dir) { return enter(dir), fchownat(AT_FDCWD, "old", getuid(), getgid(), 0); }
static long path_times(const char *dir) { return enter(dir), utimensat(AT_FDCWD, "old", NULL, 0); }
static long path_mkfifo(const char *dir) { return enter(dir), mknodat(AT_FDCWD, "new", S_IFIFO | 0600, 0); }
static long path_setxattr(const char *dir) { return enter(dir), setxattr("old", "user.sandbox", "x", 1, 0); }

// The data of a file that is open for reading only, by way of a shared mapping.
static long writable_mapping(const char *dir)
{
	int fd = try_openat(dir, "old", O_RDONLY);

	if (fd < 0)
		broken("open for reading");
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0;
}

#define LISTED(name, f) { name, f, 1 }
const struct attack file_attacks[] = {
	LISTED("open-read", read_only),
	LISTED("open-write", write_only),
	LISTED("open-read-write", read_write),
	LISTED("open-fourth-mode", fourth_mode),
	LISTED("open-create", create),
	LISTED("open-truncate", truncating),
	LISTED("open-tmpfile", nameless),
#if __SIZEOF_LONG__ == 8
	LISTED("open-high-bits", high_bits),
#endif
#ifdef SYS_open
	LISTED("old-open", old_open),
	LISTED("old-creat", old_creat),
#endif
	LISTED("openat2", new_openat2),
	LISTED("truncate", path_truncate),
	LISTED("ftruncate", output_truncate),
	LISTED("fchmod", output_chmod),
	LISTED("rename", path_rename),
	LISTED("renameat2", path_renameat2),
	LISTED("unlink", path_unlink),
	LISTED("mkdir", path_mkdir),
	LISTED("link", path_link),
	LISTED("symlink", path_symlink),
	LISTED("chmod", path_chmod),
	LISTED("chown", path_chown),
	LISTED("times", path_times),
	LISTED("mkfifo", path_mkfifo),
	LISTED("setxattr", path_setxattr),
	LISTED("writable-mapping", writable_mapping),
	{ 0 },
};
