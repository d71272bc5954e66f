package main

import (
	"errors"
	"time"
)

// compileTable shows what compiling takes, in process: the first time in a new
// process, and the median of many times.
func compileTable(policies []*description, timers []timer, effort effort) (*table, error) {
	t := newTable("median of first time / of later ones")
	for _, d := range policies {
		t.header = append(t.header, d.name)
	}
	for _, timer := range timers {
		row := []string{timer.name()}
		for _, d := range policies {
			cold, warm, err := coldAndWarm(timer, d, effort)
			switch {
			case errors.Is(err, errInexpressible):
				row = append(row, "–")
			case err != nil:
				return nil, err
			default:
				row = append(row, shortened(cold)+" / "+shortened(warm))
			}
		}
		t.add(row...)
	}
	return t, nil
}

// coldAndWarm returns the median of the first times in some new processes, and
// that of all the others.
func coldAndWarm(t timer, d *description, e effort) (cold, warm time.Duration, err error) {
	var first, later []time.Duration
	for range e.processes {
		took, err := inNewProcess(t, d, 1+e.times)
		if err != nil {
			return 0, 0, err
		}
		first = append(first, took[0])
		later = append(later, took[1:]...)
	}
	return spreadOf(first).median, spreadOf(later).median, nil
}
