package main

import (
	"errors"
	"fmt"
	"strings"
)

// qualityTable compares the programs that compilers make of one policy, each of
// them proved to be that policy first. Ours is the first of them.
func qualityTable(d *description, peers []peer) (*table, error) {
	t := newTable("compiler", "size", "longest path", "denied", "checked, zeros", "weighted", "cached")
	var own quality
	for i, p := range peers {
		program, err := p.compile(d)
		if errors.Is(err, errInexpressible) {
			t.add(p.name(), "–")
			t.note("%s: %v", p.name(), err)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s of %s: %w", p.name(), d.name, err)
		}
		said, err := formOf(p).load(d)
		if err != nil {
			return nil, err
		}
		if err := agree(said, program); err != nil {
			t.add(p.name(), fmt.Sprintf("(%d)", program.Len()))
			t.note("%s: %v", p.name(), err)
			continue
		}
		q, err := judge(d, program)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			own = q
		} else if losses := q.better(own); len(losses) > 0 && formOf(p).form == registers {
			t.note("%s is better than sandbox in: %s", p.name(), strings.Join(losses, ", "))
		}
		t.add(p.name(), fmt.Sprint(q.size), fmt.Sprint(q.longest), fmt.Sprintf("%.2f", q.denied), fmt.Sprintf("%.2f", q.zeros),
			fmt.Sprintf("%.2f", q.weighted), fmt.Sprintf("%d of %d", q.cached, q.cacheable))
	}
	return t, nil
}

// formOf returns the form of our policy that a peer's programs must be.
func formOf(p peer) ours {
	if o, ok := p.(ours); ok {
		return o
	}
	return ours{registers}
}
