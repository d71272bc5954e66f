package policy

import (
	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/typed"
)

// The guard's names in reports. No policy can be called as the layer is: it would
// be a shipped profile.
const (
	guardLayer = "guard"
	guardRule  = "a listener of the program's own is refused"
)

// guardText is the guard in the filter language.
const guardText = "seccomp: op == SECCOMP_SET_MODE_FILTER && flags & SECCOMP_FILTER_FLAG_NEW_LISTENER != 0"

// linux/seccomp.h, and asm-generic/errno-base.h, which no ABI changes.
const (
	setModeFilter = 1
	newListener   = 1 << 3
	ebusy         = 16
)

// Guarded returns the policy with the guard that a supervised program needs, as
// its first layer: on every ABI that the policy serves, a filter with a listener
// is refused with EBUSY, and all else passes.
//
// While the supervisor lives, the kernel says the same (one listener for all
// filters of a task, kernel/seccomp.c). Once it is dead, nobody answers what the
// policy denies; without the guard the program could listen itself, and let
// its own calls continue. With it such calls fail with ENOSYS.
//
// Of the other rules' actions each outweighs the guard's or, as a later layer's
// errno, takes precedence: so it changes what is decided about that one call
// alone, and only where the policy would let it pass.
func (p *Policy) Guarded() *Policy {
	guarded := *p
	guarded.Typed = &typed.Policy{Layers: append([]typed.Layer{guard(p.Typed.ABIs())}, p.Typed.Layers...)}
	guarded.Layers = append([]Layer{{Name: guardLayer, top: &file{source: new(diag.Source)}}}, p.Layers...)
	return &guarded
}

// Guard returns the layer that [Policy.Guarded] put before a policy's own, or nil
// if it is not guarded.
func Guard(p *typed.Policy) *typed.Layer {
	if len(p.Layers) == 0 || p.Layers[0].Name != guardLayer {
		return nil
	}
	return &p.Layers[0]
}

// guard returns the layer for some ABIs.
func guard(abis []arch.ABI) typed.Layer {
	implicit := func(name string, a typed.Action) *typed.Rule {
		return &typed.Rule{Name: name, Action: a, Implicit: true}
	}
	refused := implicit(guardRule, typed.Action{Kind: typed.Errno, Data: ebusy})
	passed := implicit(defaultName, typed.Action{Kind: typed.Allow})
	layer := typed.Layer{
		Name:     guardLayer,
		ABIs:     make([]typed.Section, len(abis)),
		Unserved: implicit(unservedName, typed.Action{Kind: typed.Allow}),
	}
	when := opensListener()
	for i, abi := range abis {
		filters := make([]typed.Filter, 0, 2)
		if call, ok := abi.Syscall("seccomp"); ok {
			filters = append(filters, typed.Filter{
				Numbers: []typed.NumberRange{{First: call.Number, Last: call.Number}},
				When:    when,
				Rule:    refused,
				Text:    guardText,
			})
		}
		layer.ABIs[i] = typed.Section{ABI: abi, Filters: append(filters, typed.Filter{Numbers: everyNumber(), Rule: passed})}
	}
	return layer
}

// opensListener is the condition of guardText. Both parameters are unsigned
// ints, so on every ABI they are the low words of the first two registers.
func opensListener() typed.Bool {
	constant := func(bits uint64) typed.Int { return &typed.Value{Of: typed.U32, Bits: bits} }
	op := &typed.Load{Low: typed.ArgLow(0)}
	flags := &typed.Binary{Op: typed.BitAnd, X: &typed.Load{Low: typed.ArgLow(1)}, Y: constant(newListener)}
	return &typed.AndExpr{
		X: &typed.Predicate{
			X:        &typed.Compare{Op: typed.Eq, X: op, Y: constant(setModeFilter)},
			Text:     "op == SECCOMP_SET_MODE_FILTER",
			Operands: []typed.Operand{{Text: "op", Value: op}},
		},
		Y: &typed.Predicate{
			X:        &typed.Compare{Op: typed.Ne, X: flags, Y: constant(0)},
			Text:     "flags & SECCOMP_FILTER_FLAG_NEW_LISTENER != 0",
			Operands: []typed.Operand{{Text: "flags & SECCOMP_FILTER_FLAG_NEW_LISTENER", Value: flags}},
		},
	}
}

// Supervised returns the policy with its errno denials turned into
// notifications (see [typed.Policy.Supervised]). Places are found as before.
func (p *Policy) Supervised() *Policy { return p.renamed(p.Typed.Supervised()) }

// Audited returns the policy with all that it refuses turned into notifications
// (see [typed.Policy.Audited]). Places are found as before.
func (p *Policy) Audited() *Policy { return p.renamed(p.Typed.Audited()) }

// renamed returns the policy with another checked form, of the same layers,
// sections and filters.
func (p *Policy) renamed(form *typed.Policy) *Policy {
	changed := *p
	changed.Typed = form
	changed.origins = &origins{list: p.origins.list, from: p.Typed, to: form}
	return &changed
}
