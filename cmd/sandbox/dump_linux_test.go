package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"sandbox/bpf"
)

// threadsChild has this binary be a process of which two threads have a filter
// and the others, the main thread with them, have none.
const threadsChild = "SANDBOX_TEST_THREADS"

// TestDumpThreads looks at a process whose threads have different filters.
func TestDumpThreads(t *testing.T) {
	if os.Getenv(threadsChild) != "" {
		beThreads()
		return
	}
	if os.Geteuid() != 0 {
		t.Skip("only root is told of filters, which dump.txtar checks")
	}
	child := exec.Command(os.Args[0], "-test.run=^TestDumpThreads$")
	child.Env = append(os.Environ(), threadsChild+"=1")
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		stdin.Close()
		if err := child.Wait(); err != nil {
			t.Error(err)
		}
	}()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	tids := strings.Fields(line)
	pid := strconv.Itoa(child.Process.Pid)
	for _, tt := range []struct {
		args []string
		code int
		want string // an expression
	}{
		{[]string{pid}, exitNo, `(?s)^sandbox: the main thread of process \d+ has no seccomp filter, but other threads have filters\nhint: show them: sandbox dump --threads \d+\n$`},
		{[]string{"--threads", pid}, exitYes, `(?s)^; process \d+ \(.*\): no filter, of threads ` + pid + `.*\n; process \d+ \(.*\): 1 filter, of threads (` + tids[0] + " " + tids[1] + "|" + tids[1] + " " + tids[0] + `)\n; filter 1: 1 instruction; its denials are not logged\nl0: +ret #0x7fff0000.*; allow\n$`},
		{[]string{"--tid", tids[1]}, exitYes, `^; thread ` + tids[1] + `: 1 filter\n; filter 1: 1 instruction`},
		{[]string{"--tid", pid}, exitNo, `^sandbox: thread \d+ has no seccomp filter\n$`},
		{[]string{"--threads", "--filter", "1", pid}, exitYes, `^; process \d+ \(.*\): 1 filter, of threads \d+ \d+\n; filter 1: `},
		{[]string{"--threads", "--filter", "2", pid}, exitNo, `^sandbox: no thread of process \d+ has 2 filters\n$`},
		{[]string{"--threads", "--json", pid}, exitYes, `^\{"process":\d+,"threads":\[` + pid + `.*\],"filters":0\}\n\{"process":\d+,"threads":\[\d+,\d+\],"filter":1,"filters":1,"log":false,`},
	} {
		cmd := exec.Command("sandbox", append([]string{"dump"}, tt.args...)...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
			t.Fatal(err)
		}
		if code := cmd.ProcessState.ExitCode(); code != tt.code || !regexp.MustCompile(tt.want).Match(out.Bytes()) {
			t.Errorf("dump %q: exit code %d, want %d:\n%s\nwant %s", tt.args, code, tt.code, &out, tt.want)
		}
	}
}

// beThreads says which threads have a filter, and waits for the end of standard
// input.
func beThreads() {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		panic(err)
	}
	tids := make(chan int)
	for range 2 {
		go func() {
			runtime.LockOSThread()
			if unix.Gettid() == unix.Getpid() {
				go func() {
					runtime.LockOSThread()
					filterThread(tids)
				}()
				select {} // and keep the main thread
			}
			filterThread(tids)
		}()
	}
	os.Stdout.WriteString(strconv.Itoa(<-tids) + " " + strconv.Itoa(<-tids) + "\n")
	io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

// filterThread puts its thread under a filter, says which it is, and stays.
func filterThread(tids chan<- int) {
	allow := unix.SockFilter{Code: bpf.RetK, K: uint32(bpf.Allow)}
	program := unix.SockFprog{Len: 1, Filter: &allow}
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0); err != nil {
		panic(err)
	}
	tids <- unix.Gettid()
	select {}
}
