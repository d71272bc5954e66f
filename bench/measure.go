package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// A spread is what a series of measurements says: half of them lie between the
// quartiles.
type spread[T cmp.Ordered] struct{ lower, median, upper T }

func spreadOf[T cmp.Ordered](series []T) spread[T] {
	if len(series) == 0 {
		return spread[T]{}
	}
	sorted := slices.Sorted(slices.Values(series))
	at := func(quarter int) T { return sorted[(len(sorted)-1)*quarter/4] }
	return spread[T]{at(1), at(2), at(3)}
}

// shortened writes a duration for a table, with three digits.
func shortened(d time.Duration) string {
	switch {
	case d < 10*time.Microsecond:
		return fmt.Sprintf("%.2f µs", float64(d)/float64(time.Microsecond))
	case d < 100*time.Microsecond:
		return fmt.Sprintf("%.1f µs", float64(d)/float64(time.Microsecond))
	case d < time.Millisecond:
		return fmt.Sprintf("%.0f µs", float64(d)/float64(time.Microsecond))
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.0f ms", float64(d)/float64(time.Millisecond))
}
