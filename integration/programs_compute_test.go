package integration

import (
	"os"
	"strings"
	"testing"

	"sandbox/internal/machine"
)

var compute = []string{"-p", "compute"}

// TestComputeWorks has programs compute from files and from standard input,
// some with threads.
func TestComputeWorks(t *testing.T) {
	dir := machine.Dir(t)
	numbers := writeFile(t, dir, "numbers", "5\n3\n4\n1\n2\n")
	writeFile(t, dir, "sum.py", `
import concurrent.futures, sys
numbers = [int(n) for n in open(sys.argv[1])]
with concurrent.futures.ThreadPoolExecutor(4) as pool: print(sum(pool.map(lambda n: sum(range(n * 1000)), numbers)))
`)
	writeFile(t, dir, "sum.js", `
const {Worker} = require('worker_threads'), numbers = require('fs').readFileSync(0, 'utf8').trim().split('\n')
const worker = new Worker("const {parentPort, workerData} = require('worker_threads'); parentPort.postMessage(workerData.reduce((a, b) => a + +b, 0))", {eval: true, workerData: numbers})
worker.on('message', n => console.log(n))
`)
	for _, test := range []struct {
		name, program string
		args          []string
		want          string
	}{
		{"python", "python3", []string{"sum.py", "numbers"}, "27492500\n"},
		{"node", "node", []string{"sum.js"}, "15\n"},
		{"sqlite", "sqlite3", []string{":memory:", "create table t(n)", ".import numbers t", "select sum(n), max(n) from t"}, "15|5\n"},
		{"awk", "busybox", []string{"awk", "{ n += $1 } END { print n }", "numbers"}, "15\n"},
		{"sort", "busybox", []string{"sort", "-n"}, "1\n2\n3\n4\n5\n"},
		{"checksum", "busybox", []string{"sh", "-c", "exec busybox sha256sum"}, "0a8fde44c9e7505369ea41537224af8bfbb1ad569ff2ab77055af4cabcb7da77  -\n"},
		{"shell", "sh", []string{"-c", "n=0; while read i; do n=$((n + i)); done; echo $n"}, "15\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			stdin, err := os.Open(numbers)
			if err != nil {
				t.Fatal(err)
			}
			defer stdin.Close()
			argv := append([]string{program(t, test.program)}, test.args...)
			expectOutput(t, command{under: compute, argv: argv, dir: dir, stdin: stdin}, test.want)
		})
	}
}

// TestComputeDeniesPrograms sees what real programs say to what is denied, and
// that nothing happened. Under baseline they all succeed.
func TestComputeDeniesPrograms(t *testing.T) {
	for _, test := range []struct{ name, program, script, says string }{
		{"write", "python3", `exec python3 -c 'open("new", "w")'`, "Operation not permitted: 'new'"},
		{"remove", "busybox", `exec busybox rm old`, "Operation not permitted"},
		{"rename", "busybox", `exec busybox mv old new`, "Operation not permitted"},
		{"directory", "busybox", `exec busybox mkdir new`, "Operation not permitted"},
		{"touch", "busybox", `exec busybox touch old`, "Operation not permitted"},
		{"mode", "busybox", `exec busybox chmod 600 old`, "Operation not permitted"},
		{"edit", "sqlite3", `exec sqlite3 new 'create table t(n)'`, "unable to open database"},
		{"redirect", "sh", `echo changed > old`, "Operation not permitted"},
		{"child", "sh", `busybox true; exit $?`, "annot fork"},
		{"subprocess", "python3", `exec python3 -c 'import subprocess; subprocess.run(["true"], check=True)'`, "Operation not permitted"},
		{"socket", "python3", `exec python3 -c 'import socket; socket.socket(socket.AF_UNIX)'`, "Address family not supported"},
		{"spawn", "node", `exec node -e 'require("child_process").execFileSync("true")'`, "EPERM"},
	} {
		t.Run(test.name, func(t *testing.T) {
			program(t, "busybox")
			program(t, test.program)
			attempt := func(under []string) (outcome, string) {
				dir := machine.Dir(t)
				writeFile(t, dir, "old", "content")
				o := command{under: under, argv: []string{"/bin/sh", "-c", test.script}, dir: dir}.run(t)
				return o, listing(t, dir)
			}
			if o, _ := attempt(baseline); o.code != 0 {
				t.Errorf("under baseline it ended with %d: %s", o.code, o.stderr)
			}
			o, files := attempt(compute)
			if o.code == 0 || o.code >= 125 || !strings.Contains(o.stderr, test.says) {
				t.Errorf("ended with %d, want an error that says %q: %s", o.code, test.says, o.stderr)
			}
			if want := "old -rwxr-xr-x content\n"; files != want {
				t.Errorf("the directory has %q, want %q", files, want)
			}
		})
	}
}

// listing is what is in a directory: names, modes and contents.
func listing(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		content := ""
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(dir + "/" + entry.Name())
			if err != nil {
				t.Fatal(err)
			}
			content = string(data)
		}
		lines.WriteString(entry.Name() + " " + info.Mode().String() + " " + content + "\n")
	}
	return lines.String()
}
