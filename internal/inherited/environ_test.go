//go:build linux

package inherited

import (
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestMain plays the processes whose state is asked for.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "role=state":
			tellState()
		case "role=environ":
			_, _ = os.Stdout.WriteString(strings.Join(Environ(), "\x00"))
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}

func TestEnviron(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, env := range [][]string{
		nil,
		{"A=1"},
		{"A=1", "A=2", "noequals", "=x", "", "B=\xff\n", "A=1"},
		{"LONG=" + strings.Repeat("x", 100_000), "Z="},
	} {
		for _, args := range [][]string{{self, "role=environ"}, {"", "role=environ", "", "x"}} {
			var out [2]int
			if err := syscall.Pipe2(out[:], syscall.O_CLOEXEC); err != nil {
				t.Fatal(err)
			}
			// os/exec would drop the duplicates.
			pid, err := syscall.ForkExec(self, args, &syscall.ProcAttr{Env: env, Files: []uintptr{0, uintptr(out[1]), 2}})
			_ = syscall.Close(out[1])
			if err != nil {
				t.Fatal(err)
			}
			var got []byte
			buf := make([]byte, 1<<16)
			for {
				n, err := syscall.Read(out[0], buf)
				if err != nil || n <= 0 {
					break
				}
				got = append(got, buf[:n]...)
			}
			_ = syscall.Close(out[0])
			var status syscall.WaitStatus
			if _, err := syscall.Wait4(pid, &status, 0, nil); err != nil || status != 0 {
				t.Fatal(err, status)
			}
			if want := strings.Join(env, "\x00"); string(got) != want {
				t.Errorf("got %.200q, want %.200q", got, want)
			}
		}
	}
}

// TestEnvironHere compares with what Go makes of it, which the test's own
// environment must not need.
func TestEnvironHere(t *testing.T) {
	got, want := slices.Clone(Environ()), os.Environ()
	slices.Sort(got)
	slices.Sort(want)
	if got = slices.Compact(got); !slices.Equal(got, slices.Compact(want)) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
