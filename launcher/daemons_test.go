//go:build linux && (amd64 || arm64)

package launcher

import (
	"bytes"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

func TestParseStat(t *testing.T) {
	for _, tt := range []struct {
		name, stat, want string
		session          int
	}{
		{"usual", "12 (redis-server) Z 1 11 10 0 -1 4", "redis-server", 10},
		{"spaces and parentheses", "12 (tmux: (S) 1) 2) Z 1 11 10 0 -1 4", "tmux: (S) 1) 2", 10},
		{"a line end", "12 (a\nb) Z 1 11 10 0 -1 4\n", "a\nb", 10},
		{"no name", "12 () Z 1 11 10", "", 10},
		{"empty", "", "", 0},
		{"cut", "12 (sleep) Z 1 11", "", 0},
		{"cut in the name", "12 (sle", "", 0},
		{"the wrong way round", "12 )( Z 1 11 10", "", 0},
		{"no number", "12 (sleep) Z 1 11 x", "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if name, session := parseStat([]byte(tt.stat)); name != tt.want || session != tt.session {
				t.Errorf("got %q, %d, want %q, %d", name, session, tt.want, tt.session)
			}
		})
	}
}

// TestParseOwnStat reads what the kernel writes.
func TestParseOwnStat(t *testing.T) {
	comm, err := os.ReadFile("/proc/self/comm")
	if err != nil {
		t.Fatal(err)
	}
	session, err := unix.Getsid(0)
	if err != nil {
		t.Fatal(err)
	}
	name, got := parseStat(readStart("/proc/self/stat", make([]byte, 1024)))
	if name != string(bytes.TrimSuffix(comm, []byte("\n"))) || got != session {
		t.Errorf("got %q, %d, want %q, %d", name, got, comm, session)
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add(readStart("/proc/self/stat", make([]byte, 1024)))
	f.Fuzz(func(t *testing.T, stat []byte) {
		name, _ := parseStat(stat)
		if len(name) > 0 && !bytes.Contains(stat, []byte("("+name+")")) {
			t.Errorf("%q in %q", name, stat)
		}
	})
}
