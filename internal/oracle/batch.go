//go:build linux

package oracle

import (
	"fmt"

	"sandbox/bpf"
)

// A Batch asks about many calls, and can be used again for other calls and
// other programs. Its calls lie in memory that the asking children share: a
// fork neither copies them nor makes their pages slow to write. One goroutine
// may use a Batch at a time.
type Batch struct {
	// Calls are to be filled in before [Batch.Ask]. The slice may be cut
	// shorter, and must not be replaced.
	Calls []Call

	// Verdicts has what the kernel answered, after Ask: one for each call.
	Verdicts []bpf.Return

	memory *memory
	errnos []int
}

// NewBatch returns a batch with room for n calls. The caller frees it.
func NewBatch(n int) (*Batch, error) {
	m, err := newMemory(n)
	if err != nil {
		return nil, err
	}
	return &Batch{Calls: m.calls, memory: m}, nil
}

// Free gives the batch's memory back. The calls are gone then.
func (b *Batch) Free() {
	b.memory.free()
	b.Calls = nil
}

// Ask asks the kernel what it makes p return for each of the calls, as
// [Verdicts] does.
func (b *Batch) Ask(p bpf.Program) error {
	if p.IsZero() {
		return errZero
	}
	code, returns, err := rewrite(p)
	if err != nil {
		return err
	}
	b.errnos, err = b.memory.errnos(code, b.Calls, b.errnos[:0])
	if err != nil {
		return err
	}
	b.Verdicts = b.Verdicts[:0]
	for i, e := range b.errnos {
		n := e - errnoBase
		switch {
		case e == Killed:
			b.Verdicts = append(b.Verdicts, bpf.KillThread) // a division by X == 0 returns 0
		case n >= 0 && n < len(returns):
			b.Verdicts = append(b.Verdicts, returns[n])
		default:
			return fmt.Errorf("call %d (%+v): errno %d is not the program's: does another filter act here?", i, b.Calls[i], e)
		}
	}
	return nil
}
