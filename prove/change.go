package prove

import (
	"fmt"
	"math/big"
	"slices"

	"sandbox/policy/typed"
)

// change is a change in one square.
type change struct {
	from, to  typed.Action
	condition Condition
	fixed     [2]bool  // whether the condition is about arch, and about number
	count     *big.Int // of the inputs, for one arch and one number where it is not
	call      typed.Call
}

// change describes the inputs of the square for which f is true.
func (q *question) change(f diagram, from, to uint32) change {
	d, in := q.d, q.in
	c := change{from: actionOf(from), to: actionOf(to)}
	untested := uint(0)
	for i, part := range q.region.parts() {
		if !part.single() {
			rest := d.fix(f, in, part.word, part.first)
			if d.and(part.within(d, in), rest) != f {
				c.fixed[i] = true
				continue
			}
			f = rest
		}
		untested += 32
	}
	c.call = d.difference(f, never, in)
	c.count = d.count(f, always)
	c.count.Rsh(c.count, untested)
	c.condition = describe(in, f)
	return c
}

// merged collects the changes of squares; those that differ by the number only
// become one.
type merged struct {
	out   Difference
	index map[string]int // of changes
}

// add adds the changes of a square, each confirmed by its call.
func (c *comparison) add(s *square, changes []change) error {
	for i := range changes {
		one := &changes[i]
		call, count := one.call, one.count
		for k, part := range s.region.parts() {
			if one.fixed[k] {
				continue
			}
			count = new(big.Int).Mul(part.size(), count)
			if k == 0 {
				call.Arch = part.first
			} else {
				call.Nr = part.first
			}
		}
		from, to := c.sides[0].Decide(&call), c.sides[1].Decide(&call)
		if from != one.from || to != one.to || c.where != nil && !typed.Holds(c.where, &call) {
			return fmt.Errorf("the prover contradicts the evaluator or the emulator about the call %+v: this is a bug in sandbox", call)
		}
		c.merge(s.region, one, count, call)
	}
	return nil
}

// merge adds a change to what is known of the same arch, actions and condition.
func (m *merged) merge(r region, one *change, count *big.Int, call typed.Call) {
	key := fmt.Sprintf("%d %d %v %v %v", r.arch.first, r.arch.last, one.from, one.to, one.condition.key())
	numbers := typed.NumberRange{First: r.nr.first, Last: r.nr.last}
	if i, ok := m.index[key]; ok {
		at := &m.out.Changes[i]
		at.Numbers = joined(append(at.Numbers, numbers))
		at.Count = new(big.Int).Add(at.Count, count)
		return
	}
	if m.index == nil {
		m.index = make(map[string]int)
	}
	m.index[key] = len(m.out.Changes)
	m.out.Changes = append(m.out.Changes, Change{
		Scope: Scope{[]ArchRange{{r.arch.first, r.arch.last}}, []typed.NumberRange{numbers}},
		From:  one.from, To: one.to,
		Condition: one.condition, Count: count, Call: call,
	})
}

// addOpen notes that a square was not compared.
func (m *merged) addOpen(s *square, why *GivenUp) {
	r := s.region
	numbers := typed.NumberRange{First: r.nr.first, Last: r.nr.last}
	for i := range m.out.Open {
		o := &m.out.Open[i]
		if o.Archs[0] == (ArchRange{r.arch.first, r.arch.last}) && *o.GivenUp == *why {
			o.Numbers = joined(append(o.Numbers, numbers))
			return
		}
	}
	m.out.Open = append(m.out.Open, Open{Scope{[]ArchRange{{r.arch.first, r.arch.last}}, []typed.NumberRange{numbers}}, why})
}

// uniteArchs makes one change of those that differ by the architecture only,
// where it has no table: the values between those that the sides know.
func (m *merged) uniteArchs() {
	var list []Change
	for _, c := range m.out.Changes {
		i := slices.IndexFunc(list, func(o Change) bool { return o.unites(&c) })
		if i < 0 {
			list = append(list, c)
			continue
		}
		a := &list[i]
		a.Count = new(big.Int).Add(a.Count, c.Count)
		if last := &a.Archs[len(a.Archs)-1]; last.Last+1 == c.Archs[0].First {
			last.Last = c.Archs[0].Last
		} else {
			a.Archs = append(a.Archs, c.Archs[0])
		}
	}
	m.out.Changes = list
}

// unites reports whether two changes can be one.
func (c *Change) unites(o *Change) bool {
	_, known := c.ABI()
	_, knownToo := o.ABI()
	return !known && !knownToo && c.From == o.From && c.To == o.To &&
		slices.Equal(c.Numbers, o.Numbers) && c.Condition.key() == o.Condition.key()
}
