package amend

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"sandbox/arch"
	"sandbox/policies"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// TestSuggestionsAreExact tries each edit on the evaluator, for many calls of
// the shipped profiles: the call passes, and with it those that differ in what
// is left free; those that differ in any bit that the kernel looks at do not.
func TestSuggestionsAreExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	tried := 0
	for _, profile := range []string{"baseline", "compute"} {
		text := "version = 1\nextends = ['" + profile + "']\nabi = ['x86_64', 'i386']\n"
		loaded, list := policy.Load(policy.Request{
			Policies: []string{"a.toml"}, Profile: policies.Text, Native: arch.X86_64,
			ReadFile: func(string) (string, error) { return text, nil },
		})
		if list.Failed() {
			t.Fatal(list.Err())
		}
		a := New(loaded.Guarded(), arch.X86_64)
		for _, abi := range []arch.ABI{arch.X86_64, arch.I386} {
			tried += trySuggestions(t, r, a, abi)
		}
	}
	if tried < 300 {
		t.Errorf("only %d edits were tried", tried)
	}
}

func trySuggestions(t *testing.T, r *rand.Rand, a *Adviser, abi arch.ABI) (tried int) {
	t.Helper()
	table := abi.Syscalls()
	for i := range table {
		call := randomCall(r, abi, &table[i])
		decision := a.guarded.Typed.Decide(&call)
		if decision.Action.Kind < typed.Errno {
			continue
		}
		s := a.Suggest(&call, &decision)
		if s.Filter == "" {
			if s.Obstacle != Guard {
				t.Errorf("%s: there is no edit: %d", textOf(&call), s.Obstacle)
			}
			continue
		}
		tried++
		if s.Unsure {
			t.Errorf("%s: it is not known what else %q changes", textOf(&call), s.Filter)
		}
		var abis []arch.ABI
		if s.Limited {
			abis = []arch.ABI{s.ABI}
		}
		after := a.with(s.Filter, abis)
		if got := after.Typed.Decide(&call).Action.Kind; got != typed.Allow {
			t.Errorf("%s gets %v with %q", textOf(&call), got, s.Filter)
		}
		checkNeighbours(t, r, a.guarded.Typed, after.Typed, &table[i], call, s)
	}
	return tried
}

// randomCall returns a call with arguments such as programs have.
func randomCall(r *rand.Rand, abi arch.ABI, s *arch.Syscall) typed.Call {
	call := typed.Call{Nr: s.Number, Arch: abi.Audit(), IP: r.Uint64()}
	for i := range call.Args {
		switch r.IntN(5) {
		case 0:
		case 1:
			call.Args[i] = r.Uint64N(16)
		case 2:
			call.Args[i] = 1 << r.IntN(32)
		case 3:
			call.Args[i] = ^r.Uint64N(200)
		case 4:
			call.Args[i] = 0x7f0000000000 + r.Uint64N(1<<32)
		}
	}
	return call
}

// checkNeighbours changes a call by a bit, in each of its parameters.
func checkNeighbours(t *testing.T, r *rand.Rand, before, after *typed.Policy, s *arch.Syscall, call typed.Call, edit *Suggestion) {
	t.Helper()
	for i := range s.Params {
		p := &s.Params[i]
		free := slices.Contains(edit.Free, p.Name)
		near := call
		if p.Split && r.IntN(2) == 0 {
			near.Args[p.High] ^= 1 << r.IntN(32)
		} else {
			near.Args[p.Low] ^= 1 << r.IntN(min(int(p.Type.Bits), firstBits(p)))
		}
		was, is := before.Decide(&near).Action, after.Decide(&near).Action
		switch {
		case free && is.Kind != typed.Allow:
			t.Errorf("%q should hold for any %s, and does not allow %s", edit.Filter, p.Name, textOf(&near))
		case !free && was.Kind >= typed.Errno && is.Kind < typed.Errno:
			t.Errorf("%q allows %s as well", edit.Filter, textOf(&near))
		}
	}
}

// firstBits returns how many bits of a parameter stand in its first register.
func firstBits(p *arch.Param) int {
	if p.Split {
		return 32
	}
	return 64
}

// textOf writes a call with its registers.
func textOf(call *typed.Call) string {
	abi, _ := arch.ByAudit(call.Arch)
	name := "#" + strconv.FormatUint(uint64(call.Nr), 10)
	if known, ok := abi.Numbered(call.Nr); ok {
		name = known.Name
	}
	return fmt.Sprintf("%s of %s %#x", name, abi, call.Args)
}
