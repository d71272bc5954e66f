package main

import (
	"fmt"
	"io"

	"sandbox/arch"
	"sandbox/compiler"
)

// A statsJSON is what a program costs: as a whole, and for each system call.
type statsJSON struct {
	Instructions int        `json:"instructions"`
	Longest      int        `json:"longest"` // way, in instructions
	Mean         float64    `json:"mean"`    // of the ways of calls that are not cached, by frequency
	Cached       int        `json:"cached"`
	Calls        []callCost `json:"calls"`
}

// newStats returns what a compiled program costs by the frequencies of calls.
func newStats(c *compiled) statsJSON {
	s := statsJSON{Instructions: c.Program.Len()}
	var weighted, weights, plain float64
	for _, abi := range c.ABIs {
		for _, cost := range costsOn(abi, c.Compiled) {
			s.Calls = append(s.Calls, cost)
			s.Longest = max(s.Longest, cost.Instructions)
			if cost.Cached {
				s.Cached++
				continue
			}
			weight := c.weightOf(abi, cost.number)
			weighted += weight * float64(cost.Instructions)
			weights += weight
			plain += float64(cost.Instructions)
		}
	}
	switch checked := len(s.Calls) - s.Cached; {
	case weights > 0:
		s.Mean = weighted / weights
	case checked > 0: // no call that counts: all count alike
		s.Mean = plain / float64(checked)
	}
	return s
}

// weightOf returns how often a call is made.
func (c *compiled) weightOf(abi arch.ABI, number uint32) float64 {
	if c.weights != nil {
		return c.weights(abi, number)
	}
	return compiler.Frequency(abi, number)
}

// writeStats writes what a program costs as a table.
func writeStats(w io.Writer, c *compiled) error {
	s := newStats(c)
	fmt.Fprintf(w, `%s
longest way: %d instructions
mean way:    %.2f instructions, of the calls that the kernel does not cache, by how often they are made
cached:      %d of %d system calls

`, c.title(), s.Longest, s.Mean, s.Cached, len(s.Calls))
	return writeCosts(w, s.Calls)
}

func writeStatsJSON(w io.Writer, c *compiled) error { return newEncoder(w).Encode(newStats(c)) }
