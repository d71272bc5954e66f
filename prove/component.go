package prove

import (
	"encoding/binary"
	"errors"
	"slices"

	"sandbox/policy/typed"
)

// A component is one function of the input that takes part in a comparison: a
// policy, a program, or a condition that limits the comparison.
type component interface {
	// cells cuts all inputs into regions, each of which the component treats in
	// one way.
	cells() ([]cell, error)

	// compared unites the words that are compared with each other in a cell.
	compared(c *cell, g *groups)

	// in makes the component use another arena, and forget the last one.
	use(d *diagrams, in *inputs)

	// evaluate returns the function in a region within a cell.
	evaluate(c *cell, r region) diagram

	// giveUp says what was being evaluated last.
	giveUp() *GivenUp
}

// A cell is a region that a component treats in one way.
type cell struct {
	region region
	entry  entry  // of a program
	way    string // cells of equal ways differ by what reads says only
	reads  bool   // whether arch or number are read behind the search for them
}

type policyComponent struct{ *meaning }

func (p *policyComponent) cells() ([]cell, error) {
	var cells []cell
	parts := p.cut(everything)
	for r, ok := parts.next(); ok; r, ok = parts.next() {
		c := cell{region: r}
		var way []byte
		for i := range p.layers {
			s, filters := p.line(i, r)
			way = binary.LittleEndian.AppendUint32(way, uint32(len(filters)))
			if s == nil {
				way = append(way, 'u')
				continue
			}
			way = append(way, 's', byte(s.section.ABI))
			for _, k := range filters {
				way = binary.LittleEndian.AppendUint32(way, uint32(k))
				c.reads = c.reads || s.reads[k].has(typed.WordNr) || s.reads[k].has(typed.WordArch)
			}
		}
		c.way = string(way)
		cells = append(cells, c)
	}
	return cells, nil
}

func (p *policyComponent) compared(c *cell, g *groups) {
	for i := range p.layers {
		if s, filters := p.line(i, c.region); s != nil {
			for _, k := range filters {
				g.condition(s.section.Filters[k].When)
			}
		}
	}
}

func (p *policyComponent) use(d *diagrams, in *inputs)        { p.meaning.use(d, in) }
func (p *policyComponent) evaluate(_ *cell, r region) diagram { return p.decision(r) }
func (p *policyComponent) giveUp() *GivenUp                   { return &GivenUp{Filter: p.at} }

type programComponent struct{ *execution }

func (p *programComponent) cells() (cells []cell, err error) {
	defer func() {
		if r := recover(); r != nil {
			if r != errLimit {
				panic(r)
			}
			cells, err = nil, errSearch
		}
	}()
	for _, e := range p.search() {
		l := &p.live[e.pc]
		c := cell{region: e.region, entry: e, reads: l.reads.has(typed.WordNr) || l.reads.has(typed.WordArch)}
		way := binary.LittleEndian.AppendUint32(nil, uint32(e.pc))
		if l.a {
			way = binary.LittleEndian.AppendUint32(append(way, byte(e.held)), e.k)
			c.reads = c.reads || e.held != words
		}
		c.way = string(way)
		cells = append(cells, c)
	}
	return cells, nil
}

// errSearch is about programs that take too many ways to a call.
var errSearch = errors.New("the program's search by arch and number takes too many ways")

func (p *programComponent) compared(c *cell, g *groups)        { p.flow(c.entry.pc, g) }
func (p *programComponent) use(d *diagrams, in *inputs)        { p.execution.use(d, in) }
func (p *programComponent) evaluate(c *cell, r region) diagram { return p.enter(&c.entry, r) }
func (p *programComponent) giveUp() *GivenUp                   { return &GivenUp{Instruction: p.at} }

// limitComponent is the condition that a comparison is limited to.
type limitComponent struct {
	in    *inputs
	where typed.Bool
}

// cells cuts where arch and number are compared with constants: of what is left,
// each cell is either wanted or not, mostly.
func (l *limitComponent) cells() ([]cell, error) {
	var cuts cutPoints
	cuts.condition(l.where)
	var cells []cell
	for _, a := range spansOf(cuts.arch) {
		for _, n := range spansOf(cuts.nr) {
			cells = append(cells, cell{region: region{a, n}})
		}
	}
	return cells, nil
}

func (l *limitComponent) compared(_ *cell, g *groups)        { g.condition(l.where) }
func (l *limitComponent) use(_ *diagrams, in *inputs)        { l.in = in }
func (l *limitComponent) evaluate(_ *cell, r region) diagram { return l.in.condition(l.where, r) }
func (l *limitComponent) giveUp() *GivenUp                   { return &GivenUp{Limit: true} }

// cutPoints are the values of arch and number from which on a condition may be
// another one.
type cutPoints struct{ arch, nr []uint32 }

func (c *cutPoints) condition(b typed.Bool) {
	typed.EachLeaf(b, func(b typed.Bool) {
		switch b := b.(type) {
		case *typed.Compare:
			if y, ok := b.Y.(*typed.Value); ok {
				c.around(b.X, y.Bits, y.Bits)
			} else if x, ok := b.X.(*typed.Value); ok {
				c.around(b.Y, x.Bits, x.Bits)
			}
		case *typed.In:
			for _, i := range b.Intervals {
				c.around(b.X, i.Low, i.High)
			}
		}
	})
}

// around adds the borders of an interval if x is arch or number, in whatever
// type. Bits above 32 do not matter: cuts that are not needed do no harm.
func (c *cutPoints) around(x typed.Int, low, high uint64) {
	for {
		convert, ok := x.(*typed.Convert)
		if !ok {
			break
		}
		x = convert.X
	}
	load, ok := x.(*typed.Load)
	if !ok || load.Wide {
		return
	}
	switch load.Low {
	case typed.WordArch:
		c.arch = append(c.arch, uint32(low), uint32(high)+1)
	case typed.WordNr:
		c.nr = append(c.nr, uint32(low), uint32(high)+1, 1<<31)
	}
}

// spansOf returns the spans that begin at 0 and at the given values.
func spansOf(firsts []uint32) []span {
	firsts = append(firsts, 0)
	slices.Sort(firsts)
	firsts = slices.Compact(firsts)
	spans := make([]span, len(firsts))
	for i, first := range firsts {
		spans[i] = span{first, ^uint32(0)}
		if i > 0 {
			spans[i-1].last = first - 1
		}
	}
	return spans
}
