package prove

import (
	"slices"

	"sandbox/policy/typed"
)

// A share is a range of values that is claimed by the same claimants throughout,
// from one on up to the next share.
type share struct {
	first uint64

	// The owner is the first claimant, the heir the second one: their places, or
	// the number of claimants if there is none.
	owner, heir int32
}

// settle divides a number's values, up to the highest it can have, among those
// who claim some: ascending intervals that do not overlap. Shares ascend from 0;
// one begins, too, wherever one of some further intervals begins or ends.
func settle(claims, further [][]typed.Interval, highest uint64) []share {
	firsts := []uint64{0}
	for _, lists := range [2][][]typed.Interval{claims, further} {
		for _, list := range lists {
			for _, i := range list {
				firsts = append(firsts, i.Low)
				if i.High != highest {
					firsts = append(firsts, i.High+1)
				}
			}
		}
	}
	slices.Sort(firsts)
	firsts = slices.Compact(firsts)
	shares := make([]share, len(firsts))
	nobody := int32(len(claims))
	for i, first := range firsts {
		shares[i] = share{first, nobody, nobody}
	}
	open := newOpenShares(len(shares))
	for claimant, list := range claims {
		for _, values := range list {
			i, _ := slices.BinarySearch(firsts, values.Low)
			for i = open.from(i); i < len(shares) && shares[i].first <= values.High; i = open.from(i + 1) {
				if shares[i].owner == nobody {
					shares[i].owner = int32(claimant)
					continue
				}
				shares[i].heir = int32(claimant)
				open.close(i)
			}
		}
	}
	return shares
}

// openShares are the shares that have no heir yet: a forest in which a share that
// has one leads to a later share (union-find).
type openShares []int32

func newOpenShares(n int) openShares {
	o := make(openShares, n+1) // the last one stands behind all shares
	for i := range o {
		o[i] = int32(i)
	}
	return o
}

// from returns the first open share at a place or behind it.
func (o openShares) from(i int) int {
	for int(o[i]) != i {
		o[i] = o[o[i]]
		i = int(o[i])
	}
	return i
}

func (o openShares) close(i int) { o[i] = int32(i + 1) }
