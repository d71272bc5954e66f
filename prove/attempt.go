package prove

// maxKeptTable is the size of a hash table above which an arena that is used
// again gets small ones: clearing large ones costs more than making them.
const maxKeptTable = 1 << 14

// reset empties the arena for another question.
func (d *diagrams) reset(limit int) {
	if max(len(d.unique), len(d.memo)) > maxKeptTable {
		*d = *newDiagrams(limit)
		return
	}
	d.vertices = d.vertices[:0]
	clear(d.unique)
	clear(d.memo)
	d.start(limit)
}

// attempt does something that may take too many vertices: at most nodes more
// than there are. It reports whether there were enough; if not, all vertices
// that it made are gone again, but count against the limit.
func (in *inputs) attempt(nodes int, do func()) (ok bool) {
	d := in.d
	mark, limit, work := len(d.vertices), d.limit, d.work
	d.limit = min(limit, mark+nodes)
	budget := min(work, stepsPerVertex*nodes)
	d.work = budget
	defer func() {
		d.work += work - budget
		switch r := recover(); r {
		case nil:
			d.limit = limit
		case errLimit:
			ok = false
			d.limit = limit - (len(d.vertices) - mark)
			d.rollback(mark)
			in.value = [words]number{}
		default:
			panic(r)
		}
	}()
	do()
	return true
}

// rollback removes the vertices from one on. They go in the opposite order of
// their coming, so that no chain of the open hash table is broken.
func (d *diagrams) rollback(mark int) {
	mask := uint32(len(d.unique) - 1)
	for f := len(d.vertices) - 1; f >= mark; f-- {
		v := d.vertices[f]
		i := hash(uint32(v.variable), uint32(v.low), uint32(v.high)) & mask
		for d.unique[i] != diagram(f) {
			i = (i + 1) & mask
		}
		d.unique[i] = 0
	}
	d.vertices = d.vertices[:mark]
	clear(d.memo)
}
