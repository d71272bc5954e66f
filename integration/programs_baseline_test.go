package integration

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sandbox/internal/machine"
)

// Each program does a real piece of work under baseline, and the work's result
// is compared.

var baseline = []string{"-p", "baseline"}

func expectOutput(t *testing.T, c command, want string) {
	t.Helper()
	if got := c.succeeds(t); got != want {
		t.Errorf("%q wrote %q, want %q", c.argv, got, want)
	}
}

const pythonWork = `
import asyncio, concurrent.futures, hashlib, multiprocessing, os, sqlite3, ssl, subprocess, tempfile, threading

def square(n): return n * n

async def echo():
    async def serve(r, w):
        w.write((await r.readline()).upper()); await w.drain(); w.close()
    server = await asyncio.start_server(serve, '127.0.0.1', 0)
    r, w = await asyncio.open_connection(*server.sockets[0].getsockname())
    w.write(b'loopback\n'); answer = await r.readline(); w.close(); server.close()
    return answer.decode().strip()

if __name__ == '__main__':
    with concurrent.futures.ThreadPoolExecutor(4) as pool: print(sum(pool.map(square, range(10))))
    with multiprocessing.get_context('fork').Pool(2) as pool: print(sum(pool.map(square, range(10))))
    print(subprocess.run(['sh', '-c', 'echo child | tr a-z A-Z'], capture_output=True, text=True).stdout.strip())
    print(asyncio.run(echo()))
    with tempfile.TemporaryDirectory() as d:
        db = sqlite3.connect(os.path.join(d, 'db')); db.execute('pragma journal_mode=wal')
        db.execute('create table t(n)'); db.executemany('insert into t values(?)', [(i,) for i in range(10)])
        print(db.execute('select sum(n) from t').fetchone()[0]); db.close()
    print(hashlib.sha256(b'sandbox').hexdigest()[:8], ssl.create_default_context().verify_mode.name)
`

func TestPython(t *testing.T) {
	dir := machine.Dir(t)
	script := writeFile(t, dir, "work.py", pythonWork)
	expectOutput(t, command{under: baseline, argv: []string{program(t, "python3"), script}, dir: dir},
		"285\n285\nCHILD\nLOOPBACK\n45\nb7ad5674 CERT_REQUIRED\n")
}

const nodeWork = `
const {Worker} = require('worker_threads'), http = require('http'), fs = require('fs'), cp = require('child_process'), zlib = require('zlib')
const worker = new Worker("let n = 0; for (let i = 0; i < 1e7; i++) n += i % 3; require('worker_threads').parentPort.postMessage(n)", {eval: true})
worker.on('message', n => {
  console.log(n, cp.execFileSync('sh', ['-c', 'echo child']).toString().trim())
  fs.writeFileSync('data.gz', zlib.gzipSync('packed'))
  console.log(zlib.gunzipSync(fs.readFileSync('data.gz')).toString())
  const server = http.createServer((q, a) => a.end('served ' + q.url)).listen(0, '127.0.0.1', () =>
    http.get({port: server.address().port, path: '/page', agent: false}, a => a.on('data', d => console.log(d.toString())).on('end', () => server.close())))
})
`

func TestNode(t *testing.T) {
	dir := machine.Dir(t)
	script := writeFile(t, dir, "work.js", nodeWork)
	expectOutput(t, command{under: baseline, argv: []string{program(t, "node"), script}, dir: dir},
		"9999999 child\npacked\nserved /page\n")
}

const gitWork = `
set -e
git init -q -b main origin
cd origin
git config user.name Somebody && git config user.email somebody@example.org
echo one > file && git add file && git commit -q -m first
echo two >> file && git commit -q -a -m second
git gc -q
cd ..
git clone -q origin copy
git -C copy log --format=%s
cat copy/file
git -C copy fsck
`

func TestGit(t *testing.T) {
	program(t, "git")
	expectOutput(t, command{under: baseline, argv: []string{"/bin/sh", "-c", gitWork}}, "second\nfirst\none\ntwo\n")
}

func TestCompilerAndMake(t *testing.T) {
	program(t, "gcc")
	dir := machine.Dir(t)
	writeFile(t, dir, "main.c", "int answer(void);\n#include <stdio.h>\nint main(void) { printf(\"%d\\n\", answer()); }\n")
	writeFile(t, dir, "answer.c", "int answer(void) { return 42; }\n")
	writeFile(t, dir, "Makefile", "run: program\n\t@./program\nprogram: main.o answer.o\n\t@gcc -o $@ $^\n%.o: %.c\n\t@gcc -pipe -O2 -c -o $@ $<\n")
	expectOutput(t, command{under: baseline, argv: []string{program(t, "make"), "-s", "-j2"}, dir: dir}, "42\n")
}

const busyboxWork = `
set -e
for i in 3 1 2; do echo "$i line" ; done > list
sort list | awk '{ n += $1 } END { print n }'
tar cf - list | gzip -c > list.tar.gz
mkdir out && gunzip -c list.tar.gz | tar xf - -C out
sha256sum < out/list | cut -c1-8
find . -name 'list*' | sort | tr '\n' ' '
( sleep 0 & wait ) && echo done
`

func TestStaticBusybox(t *testing.T) {
	busybox := program(t, "busybox")
	if output, err := exec.Command("/usr/bin/ldd", busybox).CombinedOutput(); err == nil {
		machine.Lacks(t, "%s is not static: %s", busybox, output)
	}
	expectOutput(t, command{under: baseline, argv: []string{busybox, "sh", "-c", busyboxWork}},
		"6\nbed4646c\n./list ./list.tar.gz ./out/list done\n")
}

func TestSQLite(t *testing.T) {
	expectOutput(t, command{under: baseline, argv: []string{
		program(t, "sqlite3"), "file.db",
		"pragma journal_mode=wal; create table t(n); insert into t values (1), (41); select sum(n) from t; vacuum;",
	}}, "wal\n42\n")
}

func TestCurl(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("hello from " + r.URL.Path))
	}))
	defer server.Close()
	expectOutput(t, command{under: baseline, argv: []string{program(t, "curl"), "-sS", server.URL + "/page"}}, "hello from /page")
}

// freePort returns a port of the loopback interface that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

// waitFor waits until something listens on the port.
func waitFor(t *testing.T, port string) {
	t.Helper()
	for range 500 {
		if conn, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			conn.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("nobody listens on port %s", port)
}

// stop ends a server by the sandbox's own process, which passes signals on.
func stop(t *testing.T, server *exec.Cmd) {
	t.Helper()
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("%q: %v\n%v%v", server.Args, err, server.Stdout, server.Stderr)
	}
}

const nginxConfiguration = `
daemon off;
worker_processes 2;
pid nginx.pid;
error_log errors.log;
events { worker_connections 64; }
http {
  access_log access.log;
  client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
  sendfile on;
  aio threads;
  server { listen 127.0.0.1:PORT; location / { root www; } }
}
`

// TestNginx has a master process that gives up root, where it is root, and two
// workers.
func TestNginx(t *testing.T) {
	nginx, curl := program(t, "nginx"), program(t, "curl")
	dir, port := machine.Dir(t), freePort(t)
	if err := os.Mkdir(filepath.Join(dir, "www"), 0o755); err != nil {
		t.Fatal(err)
	}
	page := strings.Repeat("a page of nginx's\n", 10000)
	writeFile(t, dir, "www/page", page)
	configuration := writeFile(t, dir, "nginx.conf", strings.Replace(nginxConfiguration, "PORT", port, 1))
	server := command{under: baseline, argv: []string{nginx, "-p", dir, "-e", "errors.log", "-c", configuration}, dir: dir}.start(t)
	waitFor(t, port)
	expectOutput(t, command{under: baseline, argv: []string{curl, "-sS", "http://127.0.0.1:" + port + "/page"}}, page)
	stop(t, server)
	errors, err := os.ReadFile(filepath.Join(dir, "errors.log"))
	if err != nil || strings.Contains(string(errors), "not permitted") || strings.Contains(string(errors), "[alert]") {
		t.Errorf("nginx complains: %v\n%s", err, errors)
	}
}

func TestRedis(t *testing.T) {
	redis, cli := program(t, "redis-server"), program(t, "redis-cli")
	dir, port := machine.Dir(t), freePort(t)
	server := command{
		under: baseline, dir: dir,
		argv: []string{redis, "--bind", "127.0.0.1", "--port", port, "--dir", dir, "--appendonly", "yes"},
	}.start(t)
	waitFor(t, port)
	ask := func(argv ...string) string {
		t.Helper()
		return command{under: baseline, argv: append([]string{cli, "-p", port}, argv...)}.succeeds(t)
	}
	if got := ask("ping") + ask("set", "key", "value") + ask("get", "key") + ask("save"); got != "PONG\nOK\nvalue\nOK\n" {
		t.Errorf("redis answers %q", got)
	}
	stop(t, server)
}
