package prove

import "math/big"

// count returns the number of inputs, of all 2^512, for which f has an outcome.
func (d *diagrams) count(f, outcome diagram) *big.Int {
	counts := map[diagram]*big.Int{}
	n := d.countBelow(f, outcome, counts)
	return new(big.Int).Lsh(n, uint(d.level(f)))
}

// countBelow counts over the variables from the one that f tests on.
func (d *diagrams) countBelow(f, outcome diagram, counts map[diagram]*big.Int) *big.Int {
	if n, ok := counts[f]; ok {
		return n
	}
	n := new(big.Int)
	v := d.vertices[f]
	switch {
	case f == outcome:
		n.SetUint64(1)
	case v.variable == untested:
	default:
		for _, half := range [2]diagram{v.low, v.high} {
			below := d.countBelow(half, outcome, counts)
			skipped := d.level(half) - int(v.variable) - 1
			n.Add(n, new(big.Int).Lsh(below, uint(skipped)))
		}
	}
	counts[f] = n
	return n
}

// level returns the place of the variable that f tests, or that behind all.
func (d *diagrams) level(f diagram) int {
	if v := d.vertices[f].variable; v != untested {
		return int(v)
	}
	return 32 * words
}
