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
		name, text string
		want       stat
	}{
		{"usual", "12 (redis-server) S 1 11 10 0 -1 4194368 1", stat{name: "redis-server", session: 10, forked: true}},
		{"executed", "12 (ls) R 1 11 10 0 -1 4194304 1", stat{name: "ls", session: 10}},
		{"a zombie", "12 (ls) Z 1 11 10 0 -1 4194304 1", stat{name: "ls", session: 10, ended: true}},
		{"spaces and parentheses", "12 (tmux: (S) 1) 2) S 1 11 10 0 -1 0", stat{name: "tmux: (S) 1) 2", session: 10}},
		{"a line end", "12 (a\nb) S 1 11 10 0 -1 0\n", stat{name: "a\nb", session: 10}},
		{"no name", "12 () S 1 11 10 0 -1 0", stat{session: 10}},
		{"empty", "", stat{}},
		{"cut", "12 (sleep) S 1 11 10 0 -1", stat{}},
		{"cut in the name", "12 (sle", stat{}},
		{"the wrong way round", "12 )( S 1 11 10 0 -1 0", stat{}},
		{"no number", "12 (sleep) S 1 11 x 0 -1 0", stat{}},
		{"no flags", "12 (sleep) S 1 11 10 0 -1 x", stat{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := parseStat([]byte(tt.text)); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
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
	want := stat{name: string(bytes.TrimSuffix(comm, []byte("\n"))), session: session}
	if got := parseStat(readStart("/proc/self/stat", make([]byte, 1024))); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add(readStart("/proc/self/stat", make([]byte, 1024)))
	f.Fuzz(func(t *testing.T, text []byte) {
		if s := parseStat(text); s.name != "" && !bytes.Contains(text, []byte("("+s.name+")")) {
			t.Errorf("%q in %q", s.name, text)
		}
	})
}
