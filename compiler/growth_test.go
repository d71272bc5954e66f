package compiler

import (
	"fmt"
	"testing"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// shapes are policies of n rules that compilers may find hard.
var shapes = []struct {
	name  string
	rules func(n int) []typed.Filter
}{
	{"names", func(n int) []typed.Filter {
		return manyFilters(n, func(i int) (typed.Bool, uint32) { return nil, uint32(2 * i) })
	}},
	{"values", func(n int) []typed.Filter {
		return manyFilters(n, func(i int) (typed.Bool, uint32) { return compareEq(0, int64(3*i)), 1 })
	}},
	{"wide values", func(n int) []typed.Filter {
		return manyFilters(n, func(i int) (typed.Bool, uint32) {
			return compare(typed.Eq, arg64(0), value(typed.U64, int64(3*i))), 1
		})
	}},
	{"scattered wide values", func(n int) []typed.Filter {
		return manyFilters(n, func(i int) (typed.Bool, uint32) {
			return compare(typed.Eq, arg64(0), value(typed.U64, int64(uint64(i+1)*0x9e3779b97f4a7c15))), 1
		})
	}},
	{"ranges", func(n int) []typed.Filter {
		return manyFilters(n, func(i int) (typed.Bool, uint32) {
			first := uint64(1000 * i)
			return &typed.In{X: arg32(0), Intervals: []typed.Interval{{Low: first, High: first + 2 + uint64(i)%300}}}, 1
		})
	}},
	{"pairs", func(n int) []typed.Filter {
		return manyFilters(n, func(i int) (typed.Bool, uint32) { return and(compareEq(0, int64(i%17)), compareEq(1, int64(5*i))), 1 })
	}},
	{"all different", func(n int) []typed.Filter {
		return manyFilters(n, func(i int) (typed.Bool, uint32) { return compareEq(i%6, int64(i)), uint32(i % 50) })
	}},
	{"masks", func(n int) []typed.Filter {
		return manyFilters(n, func(i int) (typed.Bool, uint32) {
			return compare(typed.Eq, binary(typed.BitAnd, arg32(0), value(typed.U32, int64(0xff<<(i%8)))), value(typed.U32, int64(i)<<(i%8)&0xff<<(i%8))), uint32(i % 50)
		})
	}},
}

// manyFilters returns n rules with three actions by turns.
func manyFilters(n int, rule func(i int) (typed.Bool, uint32)) []typed.Filter {
	actions := []typed.Action{allow, kill, {Kind: typed.Errno, Data: 5}}
	filters := make([]typed.Filter, n)
	for i := range filters {
		when, number := rule(i)
		filters[i] = typed.Filter{
			Numbers: []typed.NumberRange{{First: number, Last: number}}, When: when,
			Rule: &typed.Rule{Action: actions[i%len(actions)]},
		}
	}
	return filters
}

func BenchmarkRules(b *testing.B) {
	for _, shape := range shapes {
		for _, n := range []int{10, 100, 1000, 3000} {
			b.Run(fmt.Sprintf("%s/%d", shape.name, n), func(b *testing.B) {
				p := policyOf(arch.X86_64, shape.rules(n)...)
				size := 0
				for b.Loop() {
					c, err := Compile(p)
					if err == nil {
						size = c.Program.Len()
					}
				}
				b.ReportMetric(float64(size), "instructions")
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/rule")
			})
		}
	}
}
