package integration

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"sandbox/arch"
	"sandbox/compiler"
	"sandbox/internal/policygen"
)

// specimenOf returns the policy of a round: each of the repository's once, and
// then half of them are the repository's, and the others random, made or
// written.
func specimenOf(round int, native arch.ABI, collected []specimen) (specimen, error) {
	if round < len(collected) {
		return collected[round], nil
	}
	switch round % 4 {
	case 0, 1:
		return collected[(round/4*2+round%4)%len(collected)], nil
	case 2:
		return generated(uint64(round), enterable(native))
	}
	return written(uint64(round), enterable(native))
}

// generated returns a random policy in its checked form. Those that are too
// large for a program are left out.
func generated(seed uint64, abis []arch.ABI) (specimen, error) {
	for ; ; seed += 1 << 32 {
		g := policygen.New(seed)
		g.Plain = seed%8 < 4
		p := g.Policy(abis...)
		if len(p.ABIs()) == 0 {
			continue
		}
		compiled, err := compiler.Compile(p)
		if tooLarge(err) {
			continue
		}
		if err != nil {
			return specimen{}, err
		}
		return specimen{fmt.Sprintf("policygen.New(%#x), Plain: %t", seed, g.Plain), p, compiled.Program}, nil
	}
}

// written returns a random policy written as text, for all or one of the ABIs.
// A few are long.
func written(seed uint64, abis []arch.ABI) (specimen, error) {
	w := newWriter(rand.New(rand.NewPCG(seed, 1)), abis[:1+seed/4%uint64(len(abis))])
	rules := 4
	if seed/4%16 == 9 {
		rules = 200
	}
	for ; ; rules /= 2 {
		text := w.policy(rules)
		s, err := newSpecimen("\n"+text, w.request(text))
		if tooLarge(err) {
			continue
		}
		return s, err
	}
}

// tooLarge reports whether a policy is right, but no program can hold it.
func tooLarge(err error) bool {
	var complexity *compiler.TooComplexError
	var size *compiler.TooLargeError
	return errors.As(err, &complexity) || errors.As(err, &size)
}
