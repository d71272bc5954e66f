package integration

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sandbox/internal/machine"
)

var offline = []string{"-p", "offline"}

// loopbackServer counts the requests that reach it.
func loopbackServer(t *testing.T) (url string, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		w.Write([]byte("reached"))
	}))
	t.Cleanup(server.Close)
	return server.URL, requests
}

// clients are programs that fetch the URL $1, each with the words in which it
// says that it may not. curl keeps the error to itself up to version 8.
var clients = []struct{ program, script, says string }{
	{"curl", `exec curl -sS "$1"`, "curl: (7) "},
	{"python3", `exec python3 -c 'import sys, urllib.request as u; sys.stdout.write(u.urlopen(sys.argv[1]).read().decode())' "$1"`, "Operation not permitted"},
	{"node", `exec node -e 'require("http").get({...require("url").parse(process.argv[1]), agent: false}, a => a.on("data", d => process.stdout.write(d)))' "$1"`, "EPERM"},
	{"busybox", `exec busybox wget -q -O - "$1"`, "Operation not permitted"},
	{"git", `git ls-remote "$1" >/dev/null 2>&1; exec curl -sS "$1"`, "curl: (7) "},
}

func TestOfflineReachesNothing(t *testing.T) {
	for _, client := range clients {
		t.Run(client.program, func(t *testing.T) {
			program(t, client.program)
			program(t, "curl")
			url, requests := loopbackServer(t)
			argv := []string{"/bin/sh", "-c", client.script, "sh", url}
			if got := (command{under: baseline, argv: argv}).succeeds(t); got != "reached" || requests.Load() == 0 {
				t.Errorf("under baseline: %q after %d requests", got, requests.Load())
			}
			requests.Store(0)
			o := command{under: offline, argv: argv}.run(t)
			if o.code == 0 || o.code >= 125 || o.stdout != "" || !strings.Contains(o.stderr, client.says) {
				t.Errorf("under offline: ended with %d, stdout %q, stderr %q; want an error that says %q", o.code, o.stdout, o.stderr, client.says)
			}
			if n := requests.Load(); n != 0 {
				t.Errorf("under offline %d requests arrived", n)
			}
		})
	}
}

// What needs no network works as ever.
func TestOfflineWorks(t *testing.T) {
	t.Run("git", func(t *testing.T) {
		program(t, "git")
		expectOutput(t, command{under: offline, argv: []string{"/bin/sh", "-c", gitWork}}, "second\nfirst\none\ntwo\n")
	})
	t.Run("gcc", func(t *testing.T) {
		program(t, "gcc")
		dir := machine.Dir(t)
		writeFile(t, dir, "hello.c", "#include <stdio.h>\nint main(void) { puts(\"hello\"); }\n")
		expectOutput(t, command{under: offline, argv: []string{"/bin/sh", "-c", "gcc -o hello hello.c && ./hello"}, dir: dir}, "hello\n")
	})
	t.Run("python", func(t *testing.T) {
		expectOutput(t, command{under: offline, argv: []string{program(t, "python3"), "-c", `
import socket, multiprocessing
a, b = socket.socketpair(); a.send(b'local'); print(b.recv(9).decode())
s = socket.socket(socket.AF_UNIX); s.bind('socket'); s.listen(); c = socket.socket(socket.AF_UNIX); c.connect('socket')
c.send(b'socket'); print(s.accept()[0].recv(9).decode())
print(socket.getaddrinfo('127.0.0.1', 80)[0][4])
with multiprocessing.Pool(2) as pool: print(sum(pool.map(abs, range(5))))
`}}, "local\nsocket\n('127.0.0.1', 80)\n10\n")
	})
	t.Run("node", func(t *testing.T) {
		expectOutput(t, command{under: offline, argv: []string{
			program(t, "node"), "-e", `console.log(require("child_process").execFileSync("echo", ["child"]).toString().trim())`,
		}}, "child\n")
	})
}

// TestInheritance goes three processes deep, and on to a daemon: each tries
// the same, and each is answered the same.
func TestInheritance(t *testing.T) {
	attack := attackProgram(t)
	program(t, "python3")
	program(t, "make")
	for _, test := range []struct{ verb, policy, want string }{
		{"run", "baseline", "done"},
		{"run", "offline", "EPERM"},
		{"exec", "baseline", "done"},
		{"exec", "offline", "EPERM"},
	} {
		verb, policy, want := test.verb, test.policy, test.want
		t.Run(verb+" "+policy, func(t *testing.T) {
			dir := machine.Dir(t)
			writeFile(t, dir, "Makefile", "all:\n\t-@"+attack+" socket 2\n\t-@"+attack+" daemon-inet \"$(CURDIR)/daemon\" >/dev/null\n")
			python := `
import errno, socket, subprocess
try: socket.socket(); print("done", flush=True)
except OSError as e: print(errno.errorcode[e.errno], flush=True)
subprocess.run(["make", "-s", "-k"], stderr=subprocess.DEVNULL)
`
			// run ends what is left behind, so the shell waits for the daemon's word.
			const wait = "; n=0; until test -s daemon -o $n = 500; do n=$((n+1)); sleep 0.01; done"
			shell := attack + " socket 2; python3 -c '" + python + "'" + wait
			o := command{under: []string{"-p", policy}, verb: verb, argv: []string{"/bin/sh", "-c", shell}, dir: dir}.run(t)
			if got := strings.Fields(o.stdout); len(got) != 3 || got[0] != want || got[1] != want || got[2] != want {
				t.Errorf("shell, python and make's child: %q, want three times %s\n%s", got, want, o.stderr)
			}
			if got := daemonSays(t, filepath.Join(dir, "daemon")); got != want {
				t.Errorf("the daemon: %q, want %s", got, want)
			}
		})
	}
}

// daemonSays waits for what a process writes that nobody waits for.
func daemonSays(t *testing.T, path string) string {
	t.Helper()
	for range 500 {
		if content, err := os.ReadFile(path); err != nil {
			t.Fatal(err)
		} else if len(content) > 0 {
			return string(content)
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the daemon says nothing")
	return ""
}

// TestNested starts a sandbox in a sandbox: each adds to what is denied.
func TestNested(t *testing.T) {
	attack := attackProgram(t)
	sandbox, err := builtSandbox()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ outer, inner, want string }{
		{"baseline", "baseline", "done"},
		{"baseline", "offline", "EPERM"},
		{"offline", "baseline", "EPERM"},
	} {
		argv := []string{sandbox, "run", "-p", test.inner, "--", attack, "socket", "2"}
		o := command{under: []string{"-p", test.outer}, argv: argv}.run(t)
		if got := strings.TrimSpace(o.stdout); got != test.want || !onlyReports(o.stderr) || !strings.Contains(o.stderr, "what is denied cannot be reported") {
			t.Errorf("%s in %s: %q, want %s; stderr %q", test.inner, test.outer, got, test.want, o.stderr)
		}
	}
}
