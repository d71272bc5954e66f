package prove

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// A square is a region that every component of a comparison treats in one way.
type square struct {
	region region
	cells  []*cell // by component
}

// squares cuts all inputs into squares, sorted by arch and number.
func squares(components []component) ([]square, error) {
	cells := make([][]cell, len(components))
	var firsts []uint32
	for i, c := range components {
		list, err := c.cells()
		if err != nil {
			return nil, err
		}
		slices.SortFunc(list, func(a, b cell) int { return cmp.Compare(a.region.nr.first, b.region.nr.first) })
		cells[i] = list
		for k := range list {
			firsts = append(firsts, list[k].region.arch.first)
		}
	}
	var grid []square
	for _, arch := range spansOf(firsts) {
		grid = appendRow(grid, arch, cells)
	}
	return grid, nil
}

// appendRow appends the squares of a range of arch that no cell begins within.
func appendRow(grid []square, arch span, cells [][]cell) []square {
	row := make([][]*cell, len(cells))
	for i := range cells {
		for k := range cells[i] {
			if a := cells[i][k].region.arch; a.first <= arch.first && arch.last <= a.last {
				row[i] = append(row[i], &cells[i][k])
			}
		}
	}
	first := uint32(0)
	for {
		s := square{region{arch, span{first, ^uint32(0)}}, make([]*cell, len(row))}
		for i := range row {
			s.cells[i] = row[i][0]
			s.region.nr.last = min(s.region.nr.last, row[i][0].region.nr.last)
		}
		grid = append(grid, s)
		if s.region.nr.last == ^uint32(0) {
			return grid
		}
		first = s.region.nr.last + 1
		for i := range row {
			if row[i][0].region.nr.last < first {
				row[i] = row[i][1:]
			}
		}
	}
}

// way returns what the square's components do in it; squares of one way differ
// by arch and number only. There is none where those are read.
func (s *square) way() (way string, ok bool) {
	var all []byte
	for _, c := range s.cells {
		if c.reads {
			return "", false
		}
		all = append(binary.LittleEndian.AppendUint32(all, uint32(len(c.way))), c.way...)
	}
	return string(all), true
}
