//go:build !linux || !(amd64 || arm64)

package supervisor

import (
	"errors"
	"runtime"

	"sandbox/internal/procfs"
)

// A Listener exists on linux/amd64 and linux/arm64 only.
type Listener struct{}

// Check fails: no listener can be had.
func Check() error {
	return errors.New("calls can be supervised only on linux/amd64 and linux/arm64; this is " + runtime.GOOS + "/" + runtime.GOARCH)
}

// Listen fails as Check does.
func Listen(int, *procfs.Dir) (*Listener, error) { return nil, Check() }

// Serve has nothing to serve.
func (*Listener) Serve(Handler) error { return nil }

// Waiting reports that no call waits.
func (*Listener) Waiting(uint64) bool { return false }

// Close has nothing to close.
func (*Listener) Close() error { return nil }

// Executable fails: nobody calls.
func (*Listener) Executable(*Call) (string, error) { return "", ErrNoProc }

// Look fails: nobody calls.
func (*Listener) Look(*Call) (*Seen, error) { return nil, ErrNoProc }

// ReserveThreads has nothing to reserve them for.
func ReserveThreads() error { return nil }
