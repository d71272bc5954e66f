package prove

// A row of a table says what a function of a number is from a value on, up to
// the first value of the next row.
type row struct {
	first uint64
	f     diagram
}

// table returns the function that is, at each value of a number, what the rows
// say. They ascend, and the first one begins at 0. A search among many constants
// becomes a diagram in one go this way; to join its comparisons one by one would
// make, and throw away, a path through all bits for each of them.
func (d *diagrams) table(n number, rows []row) diagram {
	kept := rows[:1]
	for _, r := range rows[1:] {
		if r.f != kept[len(kept)-1].f {
			kept = append(kept, r)
		}
	}
	if d.precedes(n, kept) {
		return d.descend(n, 0, kept)
	}
	return d.halve(n, kept)
}

// precedes reports whether the order has all bits of a number, which are inputs
// or known, from the highest to the lowest, and then whatever the rows test.
func (d *diagrams) precedes(n number, rows []row) bool {
	last := int32(-1)
	for i := len(n) - 1; i >= 0; i-- {
		if n[i] <= always {
			continue
		}
		v := d.vertices[n[i]]
		if v.low != never || v.high != always || v.variable <= last {
			return false
		}
		last = v.variable
	}
	for _, r := range rows {
		if d.vertices[r.f].variable <= last {
			return false
		}
	}
	return true
}

// descend decides the bits of a number from the highest one on. The rows are for
// its values from base on.
func (d *diagrams) descend(n number, base uint64, rows []row) diagram {
	if len(rows) == 1 {
		return rows[0].f
	}
	d.spend()
	top := len(n) - 1
	middle := base + 1<<top
	above := len(rows) // the first row that begins in the upper half
	for above > 1 && rows[above-1].first >= middle {
		above--
	}
	upper := rows[above-1:] // the row before reaches into it,
	if above < len(rows) && rows[above].first == middle {
		upper = rows[above:] // or ends where it begins
	}
	switch n[top] {
	case never:
		return d.descend(n[:top], base, rows[:above])
	case always:
		return d.descend(n[:top], middle, upper)
	}
	low := d.descend(n[:top], base, rows[:above])
	return d.vertex(d.vertices[n[top]].variable, low, d.descend(n[:top], middle, upper))
}

// halve decides in which half of the rows a number lies, and so on.
func (d *diagrams) halve(n number, rows []row) diagram {
	if len(rows) == 1 {
		return rows[0].f
	}
	middle := len(rows) / 2
	below := d.below(n, constant(rows[middle].first, len(n)))
	low := d.halve(n, rows[:middle])
	return d.choose(below, low, d.halve(n, rows[middle:]))
}

// spend counts one step of work.
func (d *diagrams) spend() {
	if d.work--; d.work < 0 {
		panic(errLimit)
	}
}
