package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"

	"sandbox/bpf"
)

// liveTable shows what a call costs on the running kernel, in nanoseconds: the
// median, and how much more it is than under a filter of one instruction with
// the same answer, paired by rounds.
func liveTable(w *workshop, d *description, c liveCall, peers []peer, e effort) (*table, error) {
	filters, err := liveFilters(d, c, peers)
	if err != nil {
		return nil, err
	}
	series, err := measureLive(w, c, filters, e)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", d.name, c.name, err)
	}
	t := newTable(fmt.Sprintf("%s, %s: %s", d.name, c.kind, c.name), "instructions", "ns", "over one instruction", "half of the rounds")
	for i, f := range filters {
		median := fmt.Sprintf("%.1f", spreadOf(series[i]).median)
		if i < firstCompiled {
			t.add(f.name, f.executed(c), median)
			continue
		}
		over := make([]float64, len(series[i]))
		for round := range over {
			over[round] = series[i][round] - series[oneInstruction][round]
		}
		s := spreadOf(over)
		t.add(f.name, f.executed(c), median, fmt.Sprintf("%+.1f", s.median), fmt.Sprintf("%+.1f … %+.1f", s.lower, s.upper))
	}
	return t, nil
}

// A liveFilter is a filter whose cost is measured.
type liveFilter struct {
	name    string
	program bpf.Program // none: no filter
}

// The first filters of each table.
const (
	noFilter = iota
	oneInstruction
	firstCompiled
)

// executed says how many instructions of the filter a call takes.
func (f *liveFilter) executed(c liveCall) string {
	data := c.data()
	switch {
	case f.program.IsZero():
		return ""
	case f.program.Cacheable(data.Arch, data.Nr):
		return "cached"
	}
	_, n := f.program.Run(&data, native.BigEndian())
	return fmt.Sprint(n)
}

func (c *liveCall) data() bpf.Data {
	return bpf.Data{Arch: native.Audit(), Nr: c.number, Args: c.args}
}

// liveFilters returns no filter, one of one instruction that decides the call as
// the policy does, and those of the peers that are the policy.
func liveFilters(d *description, c liveCall, peers []peer) ([]liveFilter, error) {
	list := []liveFilter{noFilter: {name: "no filter"}, oneInstruction: {name: "one instruction"}}
	if c.kind == "denied" {
		list[noFilter].name = "no filter, so that the kernel answers"
	}
	for _, p := range peers {
		program, err := p.compile(d)
		if errors.Is(err, errInexpressible) {
			continue
		}
		if err != nil {
			return nil, err
		}
		said, err := formOf(p).load(d)
		if err != nil {
			return nil, err
		}
		if agree(said, program) == nil {
			list = append(list, liveFilter{p.name(), program})
		}
	}
	data := c.data()
	verdict, _ := list[firstCompiled].program.Run(&data, native.BigEndian())
	one, err := bpf.Verify([]bpf.Instruction{bpf.Stmt(bpf.RetK, uint32(verdict))})
	list[oneInstruction].program = one
	return list, err
}

// measureLive returns the cost of a call under each filter, in each round.
func measureLive(w *workshop, c liveCall, filters []liveFilter, e effort) ([][]float64, error) {
	args := []string{strconv.Itoa(e.liveRounds), strconv.Itoa(e.liveCalls), fmt.Sprint(c.number)}
	for _, arg := range c.args {
		args = append(args, fmt.Sprint(arg))
	}
	for i, f := range filters {
		if f.program.IsZero() {
			args = append(args, "-")
			continue
		}
		path, err := w.write(fmt.Sprintf("live-%d.filter", i), f.program.Append(nil, binary.LittleEndian))
		if err != nil {
			return nil, err
		}
		args = append(args, path)
	}
	output, err := exec.Command(w.path("live"), args...).Output()
	if err != nil {
		return nil, err
	}
	return readColumns(string(output), len(filters))
}

// readColumns reads lines of numbers and returns the columns.
func readColumns(text string, count int) ([][]float64, error) {
	columns := make([][]float64, count)
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) != count {
			return nil, fmt.Errorf("a line of %d numbers, want %d", len(fields), count)
		}
		for i, field := range fields {
			number, err := strconv.ParseFloat(field, 64)
			if err != nil {
				return nil, err
			}
			columns[i] = append(columns[i], number)
		}
	}
	return columns, nil
}
