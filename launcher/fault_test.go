//go:build linux && (amd64 || arm64)

package launcher

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"sandbox/bpf"
	"sandbox/internal/machine"
	"sandbox/prove"
)

// TestFaults are commands and policies under which nothing can run, and what
// is said about each.
func TestFaults(t *testing.T) {
	dir := machine.Dir(t)
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	elf, err := os.ReadFile(exitPayload(t))
	if err != nil {
		t.Fatal(err)
	}
	otherMachine := []byte(strings.Clone(string(elf)))
	otherMachine[18] = 8 // EM_MIPS
	fifo := filepath.Join(dir, "fifo")
	if err := unix.Mkfifo(fifo, 0o755); err != nil {
		t.Fatal(err)
	}
	dangling := filepath.Join(dir, "dangling")
	if err := os.Symlink("nowhere", dangling); err != nil {
		t.Fatal(err)
	}
	ok := exitPayload(t)
	const eperm, sigsys = bpf.Return(0x50001), 128 + int(unix.SIGSYS)
	for _, tt := range []struct {
		name   string
		deny   []deny
		args   []string
		status int
		want   string // "" if nothing can be said
		exec   int    // the status in place, if it is another
		silent bool   // nothing can be said in place
		pad    int    // the length of one more argument
	}{
		{name: "control", args: []string{ok}, status: payloadStatus},
		{name: "not in PATH", args: []string{"no-such-program"}, status: 127, want: "no-such-program: command not found in PATH"},
		{name: "empty", args: []string{""}, status: 127, want: "the command's name is empty"},
		{name: "no file", args: []string{"./no-such-program"}, status: 127, want: "./no-such-program: no such file"},
		{name: "dangling", args: []string{dangling}, status: 127, want: "is a symbolic link to nothing"},
		{name: "below a file", args: []string{ok + "/x"}, status: 126, want: "not a directory"},
		{name: "directory", args: []string{dir}, status: 126, want: "is a directory"},
		{name: "fifo", args: []string{fifo}, status: 126, want: "is not a regular file"},
		{name: "not executable", args: []string{file("plain", "#!/bin/sh\n", 0o644)}, status: 126, want: "permission denied"},
		{name: "no interpreter line", args: []string{file("noline", "exit 42\n", 0o755)}, status: 126, want: "the kernel does not know its format"},
		{name: "empty file", args: []string{file("empty", "", 0o755)}, status: 126, want: "the file is empty"},
		{name: "interpreter missing", args: []string{file("nointerp", "#! /no/such/sh -e\n", 0o755)}, status: 126, want: "its interpreter /no/such/sh is not there"},
		{name: "carriage return", args: []string{file("crlf", "#!/bin/sh\r\nexit 42\r\n", 0o755)}, status: 126, want: `its interpreter "/bin/sh\r" is not there`},
		{name: "interpreter is a directory", args: []string{file("dirinterp", "#!/\n", 0o755)}, status: 126, want: "permission denied"},
		{name: "other machine", args: []string{file("mips", string(otherMachine), 0o755)}, status: 126, want: "the kernel does not know its format"},
		{name: "too long", args: []string{ok}, pad: 1 << 17, status: 126, want: "too long"},
		{name: "execve denied", deny: []deny{{unix.SYS_EXECVE, eperm}}, args: []string{ok}, status: 125, want: "the policy denies execve, with which the command is started: errno(1)"},
		{name: "execve kills", deny: []deny{{unix.SYS_EXECVE, bpf.KillProcess}}, args: []string{ok}, status: 125, want: "kill_process"},
		{name: "execve kills the thread", deny: []deny{{unix.SYS_EXECVE, bpf.KillThread}}, args: []string{ok}, status: 125, want: "kill_thread"},
		{name: "execve asks", deny: []deny{{unix.SYS_EXECVE, bpf.UserNotif}}, args: []string{ok}, status: 125, want: "notify"},
		{
			name: "failure, write denied", deny: []deny{{unix.SYS_WRITE, eperm}},
			args: []string{file("noline2", "exit 42\n", 0o755)}, status: 126, want: "the kernel does not know its format", silent: true,
		},
		{
			name: "failure, write kills", deny: []deny{{unix.SYS_WRITE, bpf.KillThread}},
			args: []string{file("noline3", "exit 42\n", 0o755)}, status: 126, want: "the kernel does not know its format", silent: true,
		},
		{
			name: "failure, exit_group denied", deny: []deny{{unix.SYS_EXIT_GROUP, eperm}},
			args: []string{file("noline4", "exit 42\n", 0o755)}, status: 126, want: "the kernel does not know its format", exec: 128 + int(unix.SIGILL),
		},
		{
			name: "failure, exit_group kills", deny: []deny{{unix.SYS_EXIT_GROUP, bpf.KillProcess}},
			args: []string{file("noline5", "exit 42\n", 0o755)}, status: 126, want: "the kernel does not know its format", exec: sigsys,
		},
		{
			name: "failure, exit_group kills the thread", deny: []deny{{unix.SYS_EXIT_GROUP, bpf.KillThread}, {unix.SYS_WRITE, bpf.Trap}},
			args: []string{file("noline6", "exit 42\n", 0o755)}, status: 126, want: "the kernel does not know its format", exec: 128 + int(unix.SIGILL), silent: true,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, mode := range []string{"exec", "start"} {
				status, want := tt.status, tt.want
				if mode == "exec" && tt.exec != 0 {
					status = tt.exec
				}
				if mode == "exec" && tt.silent {
					want = ""
				}
				out, got := result(t, role(t, mode, job{Deny: tt.deny, Pad: tt.pad}, tt.args...))
				if got != status || !strings.Contains(out, want) || want == "" && out != "" {
					t.Errorf("%s: status %d, output %q; want %d, %q", mode, got, out, status, want)
				}
			}
		})
	}
}

// TestNoProgram: the zero Program, and commands that execve cannot be given.
func TestNoProgram(t *testing.T) {
	ok := job{}.program()
	good := Command{Path: exitPayload(t), Args: []string{"x"}}
	for _, tt := range []struct {
		name    string
		program prove.Proved
		command Command
		want    string
	}{
		{"no proof", prove.Proved{}, good, "there is no proved filter to install"},
		{"no path", ok, Command{Args: []string{"x"}}, "the command has no path"},
		{"no arguments", ok, Command{Path: good.Path}, "the command has no arguments, not even its own name"},
		{"zero in path", ok, Command{Path: "/bin/\x00", Args: []string{"x"}}, "the command's path contains a zero byte"},
		{"zero in argument", ok, Command{Path: good.Path, Args: []string{"x", "\x00"}}, "argument 1 contains a zero byte"},
		{"zero in variable", ok, Command{Path: good.Path, Args: []string{"x"}, Env: []string{"A=b\x00c"}}, `environment variable "A" contains a zero byte`},
		{"standard descriptor kept", ok, Command{Path: good.Path, Args: []string{"x"}, Keep: []int{2}}, "descriptor 2 cannot be kept: only 3 and up are closed"},
		{"closed descriptor kept", ok, Command{Path: good.Path, Args: []string{"x"}, Keep: []int{999999}}, "descriptor 999999 cannot be kept: it was not passed to this process"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// Safe in the test process: if one of them got through, Exec
			// would end the test.
			for mode, err := range map[string]error{
				"exec":  Exec(tt.program, tt.command, Options{}),
				"start": second(Start(tt.program, tt.command, Options{})),
			} {
				if err == nil || err.Error() != tt.want {
					t.Errorf("%s: %v, want %s", mode, err, tt.want)
				}
			}
		})
	}
}

func second(_ *Process, err error) error { return err }
