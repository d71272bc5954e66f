//go:build linux && (amd64 || arm64)

package launcher

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"sandbox/internal/machine"
)

// tell is the role of a program that prints the signals that it gets, and ends
// after SIGTERM.
func tell() {
	signals := make(chan os.Signal, 100)
	signal.Notify(signals)
	fmt.Println("ready")
	for s := range signals {
		switch s {
		case unix.SIGURG, unix.SIGCHLD, unix.SIGCONT:
			continue
		}
		fmt.Println(int(s.(syscall.Signal)))
		if s == unix.SIGTERM {
			os.Exit(payloadStatus)
		}
	}
}

// A told is the output of tell, line by line.
type told struct {
	t        *testing.T
	lines    *bufio.Scanner
	launcher int // the pid
}

func listen(t *testing.T, launcher *exec.Cmd, r io.Reader) *told {
	t.Helper()
	l := &told{t: t, lines: bufio.NewScanner(r), launcher: launcher.Process.Pid}
	if line := l.next(); line != "ready" {
		t.Fatal(line)
	}
	return l
}

// next returns the next line. (A terminal echoes what was typed before its signal's line.)
func (l *told) next() string {
	l.t.Helper()
	if !l.lines.Scan() {
		l.t.Fatalf("the program ended: %v", l.lines.Err())
	}
	line := strings.TrimSpace(l.lines.Text())
	return strings.TrimPrefix(strings.TrimPrefix(line, "^C"), `^\`)
}

func (l *told) expect(sig syscall.Signal) {
	l.t.Helper()
	if got, want := l.next(), strconv.Itoa(int(sig)); got != want {
		l.t.Fatalf("the program got signal %s, want %s", got, want)
	}
}

func (l *told) kill(pid int, sig syscall.Signal) {
	l.t.Helper()
	if err := unix.Kill(pid, sig); err != nil {
		l.t.Fatal(err)
	}
}

func start(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

func ended(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != payloadStatus {
		t.Errorf("status %d, want the program's %d", code, payloadStatus)
	}
}

// TestTerminal has a terminal send ^C to launcher and program together: the
// program gets it once. One that another process sends to the launcher alone
// is passed on.
func TestTerminal(t *testing.T) {
	control, terminal := openTerminal(t)
	cmd := role(t, "start", job{Forward: true}, append([]string{self(t)}, roleArgs(t, "tell", job{})...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	start(t, cmd)
	l := listen(t, cmd, control)
	// Two of one signal in quick succession can become one, so a single try
	// would often miss a second.
	for range 30 {
		if _, err := control.WriteString("\x03"); err != nil {
			t.Fatal(err)
		}
		l.expect(unix.SIGINT)
		// Had the first been passed on as well, it would come before this one.
		l.kill(l.launcher, unix.SIGUSR1)
		l.expect(unix.SIGUSR1)
		l.kill(l.launcher, unix.SIGINT)
		l.expect(unix.SIGINT)
	}
	l.kill(l.launcher, unix.SIGTERM)
	l.expect(unix.SIGTERM)
	ended(t, cmd)
}

// TestTerminalGroup has a terminal signal a launcher whose program is in a session
// of its own: there, too, all of the foreground group gets it, as a child of a
// shell that waits for it.
func TestTerminalGroup(t *testing.T) {
	control, terminal := openTerminal(t)
	shell := []string{"sh", "-c", `trap : HUP INT QUIT WINCH; "$0" "$@"; exit 9`, self(t)}
	cmd := role(t, "start", job{Forward: true, Session: true}, append(shell, roleArgs(t, "tell", job{})...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	start(t, cmd)
	l := listen(t, cmd, control)
	for _, tt := range []struct {
		typed string
		sig   syscall.Signal
	}{{"\x03", unix.SIGINT}, {"\x1c", unix.SIGQUIT}} {
		if _, err := control.WriteString(tt.typed); err != nil {
			t.Fatal(err)
		}
		l.expect(tt.sig)
	}
	if err := unix.IoctlSetWinsize(int(control.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 30, Col: 70}); err != nil {
		t.Fatal(err)
	}
	l.expect(unix.SIGWINCH)
	// What a process sends to the launcher alone is for the program alone.
	l.kill(l.launcher, unix.SIGINT)
	if _, err := control.WriteString("\x1c"); err != nil {
		t.Fatal(err)
	}
	l.expect(unix.SIGQUIT)
}

// openTerminal returns both ends of a new pseudo-terminal.
func openTerminal(t *testing.T) (control, terminal *os.File) {
	t.Helper()
	control, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		machine.Lacks(t, "no pseudo-terminals are to be had: %v", err)
	}
	t.Cleanup(func() { control.Close() })
	if err := unix.IoctlSetPointerInt(int(control.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(control.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { terminal.Close() })
	return control, terminal
}
