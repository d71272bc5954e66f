package prove

import (
	"errors"
	"math/big"
	"slices"

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

	uncounted bool // the inputs

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
	wanted, limited := c.limits(s.region)
	if !wanted {
		return nil
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
// whether it does not for others, and counts those for which it does. What is
// too complex may do both.
func (c *comparison) limits(r region) (some, notAll bool) {
	if c.where == nil {
		c.count(r.size(), true)
		return true, false
	}
	c.d.reset(nodesForLimit)
	g := noGroups()
	g.condition(c.where)
	in := newInputs(c.d, g)
	some, notAll = true, true
	known := in.attempt(nodesForLimit-leastNodes, func() {
		within := r.unknowns(c.d, in)
		holds := c.d.and(within, in.condition(c.where, r))
		some, notAll = holds != never, holds != within
		if !notAll {
			c.count(r.size(), true)
			return
		}
		inputs := c.d.count(holds, always)
		for _, part := range r.parts() {
			if part.single() {
				inputs.Rsh(inputs, 32)
			}
		}
		c.count(inputs, true)
	})
	if !known {
		c.count(nil, false)
	}
	return some, notAll
}

// count adds to the inputs that are compared, unless they are not known.
func (c *comparison) count(inputs *big.Int, known bool) {
	switch total := &c.out.Stats.Inputs; {
	case !known:
		c.uncounted, *total = true, nil
	case c.uncounted:
	case *total == nil:
		*total = new(big.Int).Set(inputs)
	default:
		(*total).Add(*total, inputs)
	}
}

// nodesForLimit are enough for conditions on arch and number.
const nodesForLimit = 1 << 14

// ask finds the changes in a square, with one variable order after the other:
// that which suits the policies, that without shifts, and that which suits the
// programs, too. Behind the first an induction may show that there are none.
func (c *comparison) ask(s *square, limited bool) (changes []change, err error) {
	for order := range 3 {
		programs := order == 2
		g := noGroups()
		g.halves = order == 1
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
		if order == 0 && c.inducts(s) {
			return nil, nil
		}
	}
	return nil, err
}

// inducts reports whether an induction shows that a policy and a program are
// equal in a square, for all inputs, of the limit or not.
func (c *comparison) inducts(s *square) bool {
	policy, program := 0, 1
	if c.sides[0].policy == nil {
		policy, program = 1, 0
	}
	if c.sides[policy].policy == nil || len(c.sides[program].programs) != 1 {
		return false
	}
	p := proof{
		policy: c.sides[policy].policy, program: c.sides[program].programs[0], bigEndian: c.sides[program].bigEndian,
		m: c.components[policy].(*policyComponent).meaning, x: c.components[program].(*programComponent).execution,
		d: c.d, limit: c.nodes,
	}
	return slices.ContainsFunc(strategies[:], func(how strategy) bool {
		if !how.induction || how.runs && !p.m.hasRuns(s.region) {
			return false
		}
		equal, known, _ := p.try(&square{s.region, []*cell{s.cells[policy], s.cells[program]}}, how)
		return equal && known
	})
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
	for i := range sides {
		if len(q.sides[i].programs) > 1 {
			sides[i] = d.effective(sides[i])
		}
	}
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
