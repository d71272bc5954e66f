package machine

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Tasks counts the threads of a user: what RLIMIT_NPROC limits.
func Tasks(t testing.TB, uid int) (n int) {
	t.Helper()
	tasks, err := filepath.Glob("/proc/[0-9]*/task/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		if info, err := os.Stat(task); err == nil && info.Sys().(*syscall.Stat_t).Uid == uint32(uid) {
			n++
		}
	}
	return n
}
