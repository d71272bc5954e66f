package main

import (
	"slices"

	"sandbox/bpf"
)

// A quality is what a filter costs, in instructions.
type quality struct {
	size    int
	longest int // on the longest way of any call of the native ABI

	denied   float64 // mean over the numbers that are denied outright
	zeros    float64 // mean over the argument-checked calls, all arguments 0
	weighted float64 // mean over what the kernel does not cache, by frequency

	cached    int // how many calls the kernel finds that it can cache
	cacheable int // how many calls the policy allows whatever their arguments
}

// judge measures a program against the policy that it was made from.
func judge(d *description, program bpf.Program) (quality, error) {
	q := quality{size: program.Len()}
	audit := native.Audit()
	executed := func(number uint32, args [6]uint64) float64 {
		_, n := program.Run(&bpf.Data{Arch: audit, Nr: number, Args: args}, native.BigEndian())
		return float64(n)
	}
	allowed, denied := d.outright()
	checked, numbers := d.checked()

	for _, number := range slices.Concat(allowed, denied, numbers) {
		q.longest = max(q.longest, program.Cost(audit, number).Instructions)
	}
	for _, number := range allowed {
		q.cacheable++
		if program.Cacheable(audit, number) {
			q.cached++
		}
	}
	var sum, weights float64
	for _, number := range denied {
		n := executed(number, [6]uint64{})
		q.denied += n / float64(len(denied))
		sum += weight(number) * n
		weights += weight(number)
	}
	for _, number := range numbers {
		q.zeros += executed(number, [6]uint64{}) / float64(len(numbers))
		n := 0.0
		for _, r := range checked[number] {
			args, err := r.matching()
			if err != nil {
				return q, err
			}
			n += executed(number, args) / float64(len(checked[number]))
		}
		sum += weight(number) * n
		weights += weight(number)
	}
	q.weighted = sum / weights
	return q, nil
}

// better names the columns of the table in which q is better than another.
func (q *quality) better(than quality) []string {
	var columns []string
	for _, c := range []struct {
		name  string
		lower bool
	}{
		{"size", q.size < than.size},
		{"longest path", q.longest < than.longest},
		{"denied", q.denied < than.denied},
		{"checked, zeros", q.zeros < than.zeros},
		{"weighted", q.weighted < than.weighted},
		{"cached", q.cached > than.cached},
	} {
		if c.lower {
			columns = append(columns, c.name)
		}
	}
	return columns
}
