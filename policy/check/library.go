package check

// libraryCalls are functions of C libraries that people filter as if they were
// system calls, and the calls that they make where they are called today (glibc
// 2.34 and later, musl 1.2).
var libraryCalls = [...]struct{ function, calls string }{
	{"abort", "tgkill"},
	{"dlopen", "openat and mmap"},
	{"execl", "execve"},
	{"execlp", "execve"},
	{"execv", "execve"},
	{"execvp", "execve"},
	{"fclose", "close"},
	{"fdopen", "fcntl"},
	{"fopen", "openat, or open"},
	{"fopen64", "openat, or open"},
	{"fprintf", "write"},
	{"fread", "read"},
	{"fwrite", "write"},
	{"getaddrinfo", "socket, connect and sendto"},
	{"malloc", "brk and mmap"},
	{"mkfifo", "mknod and mknodat"},
	{"mkstemp", "openat, or open"},
	{"opendir", "openat, or open"},
	{"popen", "clone, clone3, vfork and execve"},
	{"posix_spawn", "clone, clone3 and execve"},
	{"printf", "write"},
	{"pthread_create", "clone and clone3"},
	{"puts", "write"},
	{"raise", "tgkill"},
	{"readdir", "getdents64"},
	{"remove", "unlink, unlinkat and rmdir"},
	{"sem_wait", "futex"},
	{"shm_open", "openat, or open"},
	{"sleep", "clock_nanosleep, or nanosleep"},
	{"system", "clone, clone3, vfork and execve"},
	{"usleep", "clock_nanosleep, or nanosleep"},
	{"wait", "wait4 and waitid"},
}

// callsOf returns the system calls that a function of C libraries makes, as a
// list to read, or "".
func callsOf(function string) string {
	for i := range libraryCalls {
		if libraryCalls[i].function == function {
			return libraryCalls[i].calls
		}
	}
	return ""
}
