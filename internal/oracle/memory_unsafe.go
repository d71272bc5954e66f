//go:build linux

package oracle

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A memory is mapped so that a forked child shares it.
type memory struct {
	shared []int32 // two words of state, and one result for each call or offer
	calls  []Call
	mapped []byte
}

// The words of memory.shared.
const (
	atStage    = iota // the last step of the set-up that was begun, or stageReady
	atProgress        // results that are complete; the errno of a failed set-up
	atResults
)

// newMemory maps memory for n calls or offers. The caller frees it.
func newMemory(n int) (*memory, error) {
	size := int(unsafe.Sizeof(Call{}))*n + 4*(atResults+n)
	b, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANONYMOUS)
	if err != nil {
		return nil, fmt.Errorf("map %d bytes to share: %w", size, err)
	}
	words := unsafe.Add(unsafe.Pointer(&b[0]), int(unsafe.Sizeof(Call{}))*n)
	return &memory{
		shared: unsafe.Slice((*int32)(words), atResults+n),
		calls:  unsafe.Slice((*Call)(unsafe.Pointer(&b[0])), n), // first: 64 bits want alignment
		mapped: b,
	}, nil
}

func (m *memory) free() { _ = unix.Munmap(m.mapped) } // fails for wrong arguments only
