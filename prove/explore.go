package prove

import "math/big"

// exits returns the functions that stand behind f's tests of variables before
// one, in the order of the inputs that lead to them.
func (d *diagrams) exits(f diagram, before int32) []diagram {
	var list []diagram
	seen := make(map[diagram]struct{})
	var walk func(f diagram)
	walk = func(f diagram) {
		if _, ok := seen[f]; ok {
			return
		}
		seen[f] = struct{}{}
		v := d.vertices[f]
		if v.variable >= before {
			list = append(list, f)
			return
		}
		walk(v.low)
		walk(v.high)
	}
	walk(f)
	return list
}

// leaving tells which values of the variables before one lead from f to an exit.
func (d *diagrams) leaving(f diagram, before int32, exit diagram) diagram {
	return d.replace(f, make(map[diagram]diagram), before, func(g diagram) diagram {
		if g == exit {
			return always
		}
		return never
	})
}

// support returns the places of the variables that f depends on.
func (d *diagrams) support(f diagram) map[int32]struct{} {
	support := make(map[int32]struct{})
	for _, g := range d.tests(f) {
		support[d.vertices[g].variable] = struct{}{}
	}
	return support
}

// tests returns the vertices of f that test a variable.
func (d *diagrams) tests(f diagram) []diagram {
	var list []diagram
	seen := make(map[diagram]struct{})
	var walk func(f diagram)
	walk = func(f diagram) {
		v := d.vertices[f]
		if _, ok := seen[f]; ok || v.variable == untested {
			return
		}
		seen[f] = struct{}{}
		list = append(list, f)
		walk(v.low)
		walk(v.high)
	}
	walk(f)
	return list
}

// ways counts the paths from f to always.
func (d *diagrams) ways(f diagram, memo map[diagram]*big.Int) *big.Int {
	switch f {
	case never:
		return new(big.Int)
	case always:
		return big.NewInt(1)
	}
	if n, ok := memo[f]; ok {
		return n
	}
	v := d.vertices[f]
	n := new(big.Int).Add(d.ways(v.low, memo), d.ways(v.high, memo))
	memo[f] = n
	return n
}
