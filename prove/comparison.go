package prove

import (
	"errors"

	"sandbox/policy/typed"
)

// A comparison is the state of Compare.
type comparison struct {
	sides      [2]Side
	components []component // of the first side, of the second, and the limit
	second     int         // where those of the second begin
	where      typed.Bool  // nil: no limit
	d          *diagrams
	nodes      int // that may be made for one square

	known map[string][]change // by way of squares
	merged
}

// newComparison prepares a comparison of sides that were checked.
func newComparison(from, to Side, where typed.Bool, nodes int) *comparison {
	c := &comparison{
		sides: [2]Side{from, to}, where: where, d: newDiagrams(nodes), nodes: nodes,
		known: make(map[string][]change),
	}
	c.components = from.components()
	c.second = len(c.components)
	c.components = append(c.components, to.components()...)
	if where != nil {
		c.components = append(c.components, &limitComponent{where: where})
	}
	return c
}

// square compares the sides in one square.
func (c *comparison) square(s *square) error {
	c.out.Stats.Squares++
	limited := false
	if c.where != nil {
		wanted := false
		if wanted, limited = c.limits(s.region); !wanted {
			return nil
		}
	}
	way, shared := s.way()
	if changes, ok := c.known[way]; ok && shared && !limited {
		return c.add(s, changes)
	}
	changes, err := c.ask(s, limited)
	var givenUp *GivenUp
	switch {
	case errors.As(err, &givenUp):
		c.addOpen(s, givenUp)
		return nil
	case err != nil:
		return err
	case shared && !limited:
		c.known[way] = changes
	}
	return c.add(s, changes)
}

// limits reports whether the limit holds for some inputs in a region, and
// whether it does not for others. What is too complex may do both.
func (c *comparison) limits(r region) (some, notAll bool) {
	c.d.reset(nodesForLimit)
	in := newInputs(c.d, noGroups())
	some, notAll = true, true
	in.attempt(nodesForLimit, func() {
		within := r.unknowns(c.d, in)
		holds := in.condition(c.where, r)
		some, notAll = c.d.overlap(within, holds), c.d.exceeds(within, holds)
	})
	return some, notAll
}

// nodesForLimit are enough for conditions on arch and number.
const nodesForLimit = 1 << 14

// ask finds the changes in a square, with one variable order after the other:
// that which suits the policies, and that which suits the programs, too.
func (c *comparison) ask(s *square, limited bool) (changes []change, err error) {
	for _, programs := range [2]bool{false, true} {
		g := noGroups()
		for i, component := range c.components {
			if _, isProgram := component.(*programComponent); programs || !isProgram {
				component.compared(s.cells[i], &g)
			}
		}
		c.d.reset(c.nodes)
		q := question{comparison: c, square: s, in: newInputs(c.d, g), limited: limited}
		for _, component := range c.components {
			component.use(c.d, q.in)
		}
		err = q.answer()
		c.out.Stats.Nodes += len(c.d.vertices)
		var givenUp *GivenUp
		if !errors.As(err, &givenUp) {
			return q.changes, err
		}
	}
	return nil, err
}

// A question is about one square, in one variable order.
type question struct {
	*comparison
	*square
	in      *inputs
	changes []change
	limited bool // the limit divides the square
}

// answer finds the changes.
func (q *question) answer() (err error) {
	at := len(q.components) - 1
	defer func() {
		switch r := recover(); r {
		case nil:
		case errLimit:
			err = q.components[at].giveUp()
		case errComputedReturn:
			err = errComputedReturn
		default:
			panic(r)
		}
	}()
	d := q.d
	among := q.square.region.unknowns(d, q.in)
	if q.limited {
		among = d.and(among, q.components[at].evaluate(q.cells[at], q.region))
	}
	var sides [2]diagram
	meets := newMeetings(d)
	for at = 0; at < len(q.components); at++ {
		side := 0
		if at >= q.second {
			side = 1
		}
		if _, isLimit := q.components[at].(*limitComponent); isLimit {
			break
		}
		f := q.components[at].evaluate(q.cells[at], q.region)
		if at != 0 && at != q.second {
			f = meets.stronger(sides[side], f)
		}
		sides[side] = f
	}
	at--
	if sides[0] == sides[1] {
		return nil
	}
	for _, from := range d.outcomes(sides[0]) {
		within := d.and(among, d.is(sides[0], from))
		for _, to := range d.outcomes(sides[1]) {
			if from == to || within == never {
				continue
			}
			if f := d.and(within, d.is(sides[1], to)); f != never {
				q.changes = append(q.changes, q.change(f, d.valueOf(from), d.valueOf(to)))
			}
		}
	}
	return nil
}
