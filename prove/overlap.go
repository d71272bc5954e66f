package prove

// overlap reports whether f and g are both true of some input. It makes no
// vertices. What it finds to be disjoint is remembered as such for choose, too.
func (d *diagrams) overlap(f, g diagram) bool {
	switch {
	case f == never, g == never:
		return false
	case f == always, g == always, f == g:
		return true
	}
	if d.isKnown(f, g, never, never) {
		return false
	}
	top := d.step(f, g)
	fl, fh := d.split(f, top)
	gl, gh := d.split(g, top)
	if d.overlap(fl, gl) || d.overlap(fh, gh) {
		return true
	}
	d.note(f, g, never, never)
	return false
}

// exceeds reports whether f is true of some input for which g is not.
func (d *diagrams) exceeds(f, g diagram) bool {
	switch {
	case f == never, g == always, f == g:
		return false
	case f == always, g == never:
		return true
	}
	if d.isKnown(g, never, f, never) {
		return false
	}
	top := d.step(f, g)
	fl, fh := d.split(f, top)
	gl, gh := d.split(g, top)
	if d.exceeds(fl, gl) || d.exceeds(fh, gh) {
		return true
	}
	d.note(g, never, f, never)
	return false
}

// step counts one step of work on two functions and returns the variable that
// is tested first.
func (d *diagrams) step(f, g diagram) int32 {
	d.spend()
	return min(d.vertices[f].variable, d.vertices[g].variable)
}

// isKnown reports whether the memo has a result of choose.
func (d *diagrams) isKnown(f, g, h, result diagram) bool {
	return d.memo[d.place(f, g, h)] == choice{f, g, h, result}
}
