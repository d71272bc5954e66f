package integration

import (
	"runtime"
	"testing"
)

func TestComputeDenies(t *testing.T) {
	program := attackProgram(t)
	compute := []string{"-p", "compute"}
	testBypasses(t, program, compute, []bypass{
		// Writing, and every way to open for it.
		{attack: attack{"open-write", dirArg}, want: "EPERM", without: "openat"},
		{attack: attack{"open-read-write", dirArg}, want: "EPERM", without: "openat"},
		{attack: attack{"open-fourth-mode", dirArg}, want: "EPERM", without: "openat"},
		{attack: attack{"open-create", dirArg}, want: "EPERM", without: "openat"},
		{attack: attack{"open-truncate", dirArg}, want: "EPERM", without: "openat"},
		{attack: attack{"open-tmpfile", dirArg}, want: "EPERM", without: "openat"},
		{attack: attack{"open-high-bits", dirArg}, want: "EPERM", without: "openat"},
		{attack: attack{"openat2", dirArg}, want: "ENOSYS", without: "openat2"},
		{attack: attack{"truncate", dirArg}, want: "EPERM", without: "truncate"},
		{attack: attack{"ftruncate", dirArg}, want: "EPERM", without: "ftruncate"},
		{attack: attack{"io-uring-open", "/"}, want: "EPERM", without: "io_uring_setup, io_uring_enter"},

		// What files are called, and who may do what with them.
		{attack: attack{"rename", dirArg}, want: "EPERM", without: "rename, renameat"},
		{attack: attack{"renameat2", dirArg}, want: "EPERM", without: "renameat2"},
		{attack: attack{"unlink", dirArg}, want: "EPERM", without: "unlinkat"},
		{attack: attack{"mkdir", dirArg}, want: "EPERM", without: "mkdirat"},
		{attack: attack{"link", dirArg}, want: "EPERM", without: "linkat"},
		{attack: attack{"symlink", dirArg}, want: "EPERM", without: "symlinkat"},
		{attack: attack{"chmod", dirArg}, want: "EPERM", without: "fchmodat"},
		{attack: attack{"fchmod", dirArg}, want: "EPERM", without: "fchmod"},
		{attack: attack{"chown", dirArg}, want: "EPERM", without: "fchownat"},
		{attack: attack{"times", dirArg}, want: "EPERM", without: "utimensat"},
		{attack: attack{"mkfifo", dirArg}, want: "EPERM", without: "mknodat"},
		{attack: attack{"setxattr", dirArg}, want: "EPERM", without: "setxattr"},

		// Sockets.
		{attack: attack{"socket", "1"}, want: "EAFNOSUPPORT", without: "socket"},
		{attack: attack{"socket", "2"}, want: "EPERM", without: "socket"},
		{attack: attack{"socketpair", "1"}, want: "EPERM", without: "socketpair"},

		// Processes.
		{attack: attack{"clone"}, want: "EPERM", without: "clone, wait4"},
		{attack: attack{"clone3"}, want: "ENOSYS", without: "clone3, wait4"},
		{attack: attack{"posix-spawn"}, want: "EPERM", without: "clone, clone3, vfork, wait4"},
		{attack: attack{"memfd-execve"}, want: "EPERM", without: "memfd_create"},
		{attack: attack{"memfd-execveat"}, want: "EPERM", without: "memfd_create, execveat"},

		// Signals, by every way.
		{attack: attack{"kill"}, want: "EPERM", without: "kill"},
		{attack: attack{"tkill"}, want: "EPERM", without: "tkill"},
		{attack: attack{"tgkill"}, want: "EPERM", without: "tgkill"},
		{attack: attack{"sigqueue"}, want: "EPERM", without: "rt_sigqueueinfo"},
		{attack: attack{"pidfd-signal"}, want: "EPERM", without: "pidfd_send_signal"},
		{attack: attack{"set-owner"}, want: "EPERM", without: "fcntl"},
		{attack: attack{"signal-driven"}, want: "EPERM", without: "fcntl"},
		{attack: attack{"prlimit"}, want: "EPERM", without: "prlimit64"},
	})
	if runtime.GOARCH == "amd64" { // newer ABIs have none of these
		testBypasses(t, program, compute, []bypass{
			{attack: attack{"old-open", dirArg}, want: "EPERM", without: "open"},
			{attack: attack{"old-creat", dirArg}, want: "EPERM", without: "creat"},
			{attack: attack{"fork"}, want: "EPERM", without: "fork, wait4"},
		})
	}
}

// TestComputeKeepsDenying tries the attacks on other things than files: those
// that need a child as a victim find that they cannot have one.
func TestComputeKeepsDenying(t *testing.T) {
	program := attackProgram(t)
	for _, b := range denied {
		switch b.attack[0] {
		case "tiocsti", "tioclinux", "ptrace", "read-memory", "write-memory", "steal-descriptor", "kcmp":
			continue // they fork
		}
		t.Run(b.name(), func(t *testing.T) {
			if got := b.attack.try(t, program, "-p", "compute"); got != b.want {
				t.Errorf("meets %s, want %s", got, b.want)
			}
		})
	}
}

// A file that is open for reading does not become writable by mapping it.
func TestComputeMapsWhatItMayRead(t *testing.T) {
	program := attackProgram(t)
	if got := (attack{"writable-mapping", dirArg}).try(t, program, "-p", "compute"); got != "EACCES" {
		t.Errorf("meets %s, want EACCES from the kernel", got)
	}
}

func TestComputeAllows(t *testing.T) {
	program := attackProgram(t)
	for _, a := range []attack{{"open-read", dirArg}, {"thread"}, {"sigurg-to-self"}} {
		if got := a.try(t, program, "-p", "compute"); got != "done" {
			t.Errorf("%q meets %s", a, got)
		}
	}
}
