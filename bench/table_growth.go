package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/compiler"
)

// ruleCounts are the sizes of the policies of the table of growth.
var ruleCounts = [...]int{10, 30, 100, 300, 1000, 3000}

// A shape is a way to make policies of any number of rules.
type shape struct {
	name string
	make func(n int) *description
}

var shapes = [...]shape{
	{"n values of one argument of one call", manyValues},
	{"n rules about 100 calls", manyCalls},
}

// manyCalls is a policy of n rules with different values: about two arguments of
// 100 calls by turns.
func manyCalls(n int) *description {
	const calls = 100
	d := &description{name: fmt.Sprintf("calls-%d", n), fallback: bpf.Errno.With(1)}
	table := native.Syscalls()
	table = slices.DeleteFunc(slices.Clone(table), func(call arch.Syscall) bool { return len(call.Params) < 2 })[:calls]
	for i := range n {
		value := uint64(i) * 2654435761 % (1 << 32) // Knuth's multiplicative hash: no two are equal
		d.allow(table[i%calls].Name, comparison{arg: i / calls % 2, mask: allBits, op: equal, value: value})
	}
	return d
}

// growthTable shows how the time that compiling takes grows with the number of
// rules: our time divided by n log n is to stay level, or to fall.
func growthTable(s shape, peers []peer, e effort) (*table, error) {
	t := newTable(s.name)
	for _, n := range ruleCounts {
		t.header = append(t.header, fmt.Sprint(n))
	}
	for _, p := range peers {
		if formOf(p).form != registers {
			continue // many of the arguments are pointers
		}
		row, relative := []string{p.name()}, []string{"… per n log₂ n"}
		var took time.Duration
		for _, n := range ruleCounts {
			if took > e.patience {
				row = append(row, "not tried")
				continue
			}
			var err error
			took, err = warm(p, s.make(n), e)
			if err != nil {
				if !refused(err) {
					return nil, fmt.Errorf("%s of %d rules: %w", p.name(), n, err)
				}
				row, relative = append(row, "too large"), append(relative, "")
				continue
			}
			row = append(row, shortened(took))
			relative = append(relative, fmt.Sprintf("%.0f ns", float64(took)/(float64(n)*math.Log2(float64(n)))))
		}
		t.add(row...)
		if _, isOurs := p.(ours); isOurs {
			t.add(relative...)
		}
	}
	return t, nil
}

// warm returns the median of some times after the first, of fewer if they are
// long.
func warm(p peer, d *description, e effort) (time.Duration, error) {
	start := time.Now()
	if _, err := p.compile(d); err != nil {
		return 0, err
	}
	n := int(e.patience / time.Since(start))
	took, err := p.timed(d, 1+max(1, min(e.times, n)))
	if err != nil {
		return 0, err
	}
	return spreadOf(took[1:]).median, nil
}

// refused reports whether a compiler says that a program becomes too large for
// the kernel, or made one that is.
func refused(err error) bool {
	var ours *compiler.TooLargeError
	var kernel *bpf.RejectError
	return errors.As(err, &ours) || errors.As(err, &kernel) || errors.Is(err, errInexpressible)
}
