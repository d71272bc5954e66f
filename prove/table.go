package prove

import "slices"

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
	behind, plain := d.behind(n)
	switch {
	case !plain:
		return d.halve(n, kept)
	case slices.ContainsFunc(kept, func(r row) bool { return d.vertices[r.f].variable < behind }):
		return d.each(n, kept)
	}
	return d.descend(n, 0, kept)
}

// behind returns the place behind all bits of a number in the order, if its bits
// are inputs or known, and stand there from the highest to the lowest.
func (d *diagrams) behind(n number) (place int32, plain bool) {
	for i := len(n) - 1; i >= 0; i-- {
		if n[i] <= always {
			continue
		}
		v := &d.vertices[n[i]]
		if v.low != never || v.high != always || v.variable < place {
			return 0, false
		}
		place = v.variable + 1
	}
	return place, true
}

// isPlain reports whether tables of a number are cheap.
func (d *diagrams) isPlain(n number) bool {
	_, plain := d.behind(n)
	return plain
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

// maxSets is how many functions a table joins by the sets of values that have
// them.
const maxSets = 4

// each joins the rows of a table for a number whose bits do not come first in the
// order: by the set of values that each function has, if those are few.
func (d *diagrams) each(n number, rows []row) diagram {
	var sets [maxSets]diagram
	known := sets[:0]
	for _, r := range rows {
		switch {
		case slices.Contains(known, r.f):
		case len(known) == maxSets:
			return d.halve(n, rows)
		default:
			known = append(known, r.f)
		}
	}
	out := known[0]
	set := make([]row, len(rows))
	for _, f := range known[1:] {
		for i, r := range rows {
			set[i] = row{r.first, never}
			if r.f == f {
				set[i].f = always
			}
		}
		out = d.choose(d.table(n, set), f, out)
	}
	return out
}

// halve decides in which half of the rows a number lies, and so on.
func (d *diagrams) halve(n number, rows []row) diagram {
	if len(rows) == 1 {
		return rows[0].f
	}
	middle := len(rows) / 2
	low := d.halve(n, rows[:middle])
	return d.choose(d.under(n, rows[middle].first), low, d.halve(n, rows[middle:]))
}

// under tells where a number is less than a value, which is not 0.
func (d *diagrams) under(n number, v uint64) diagram {
	if _, plain := d.behind(n); plain {
		return d.descend(n, 0, []row{{0, always}, {v, never}})
	}
	return d.below(n, constant(v, len(n)))
}
