//go:build !linux || !(amd64 || arm64)

package procfs

// A Dir is the directory /proc, which exists on Linux only.
type Dir struct{}

// Open fails: see ErrNone.
func Open() (*Dir, error) { return nil, ErrNone }
