package typed

import "sandbox/arch"

// The condition once() is true of one call: the execve with which the launcher
// starts the program. A filter knows that call by three random addresses, where
// the launcher keeps what the call is given, and which are gone with its memory
// once it was made (see sandbox/launcher). Until they are drawn, placeholders
// stand for them.
//
// It is the whole condition of its filter: a Predicate with Once set. On ABIs
// with which no program is started it is constant, and false.

// OnceText is once() as it is written.
const OnceText = "once()"

// OncePlaceholders returns what stands for the addresses where no program is
// started: page, array and array, as execve takes them.
func OncePlaceholders() [3]uint64 {
	return [3]uint64{0x7001_0000_1000, 0x7002_0000_2000, 0x7003_0000_3000}
}

// OncePlaceholder returns the condition that the first three registers hold the
// placeholders: one that can be read.
func OncePlaceholder() Bool {
	var all Bool
	for i, address := range OncePlaceholders() {
		register := &Load{Low: ArgLow(i), High: ArgHigh(i), Wide: true}
		equal := &Compare{Op: Eq, X: register, Y: &Value{Of: U64, Bits: address}}
		if i == 0 {
			all = equal
		} else {
			all = &AndExpr{X: all, Y: equal}
		}
	}
	return all
}

// OnceAt returns the condition that the first three registers hold the
// addresses. It is one comparison of all that differs, not three: a program that
// stopped at the first difference would take longer the more is right, and could
// be asked for one half of one address after the other.
func OnceAt(addresses [3]uint64) Bool {
	var differs Int
	for i, address := range addresses {
		register := &Load{Low: ArgLow(i), High: ArgHigh(i), Wide: true}
		bits := &Binary{Op: BitXor, X: register, Y: &Value{Of: U64, Bits: address}}
		if i == 0 {
			differs = bits
		} else {
			differs = &Binary{Op: BitOr, X: differs, Y: bits}
		}
	}
	return &Compare{Op: Eq, X: differs, Y: &Value{Of: U64}}
}

// EraseOnce overwrites the addresses in what OnceAt returned, which means
// something else then, wherever it is in use.
func EraseOnce(meaning Bool) {
	if c, ok := meaning.(*Compare); ok {
		eraseValues(c.X)
	}
}

func eraseValues(x Int) {
	switch x := x.(type) {
	case *Value:
		x.Bits = 0
	case *Binary:
		eraseValues(x.X)
		eraseValues(x.Y)
	}
}

// AsksOnce reports whether a filter of the policy has once() as its condition,
// on an ABI where addresses say what that means.
func (p *Policy) AsksOnce() bool {
	for i := range p.Layers {
		for k := range p.Layers[i].ABIs {
			for n := range p.Layers[i].ABIs[k].Filters {
				if p.Layers[i].ABIs[k].Filters[n].AsksOnce() {
					return true
				}
			}
		}
	}
	return false
}

// WithOnce returns the policy with another meaning of once(): OnceAt of some
// addresses, or a constant. It shares its rules, and whatever does not change.
func (p *Policy) WithOnce(meaning Bool) *Policy {
	changed := &Policy{Layers: make([]Layer, len(p.Layers))}
	for i, layer := range p.Layers {
		sections := make([]Section, len(layer.ABIs))
		for k, section := range layer.ABIs {
			sections[k] = section.withOnce(meaning)
		}
		layer.ABIs = sections
		changed.Layers[i] = layer
	}
	return changed
}

// OnceInstalled returns the policy with once() in the form in which it is
// installed, and with placeholders for its addresses: what is true of a program
// for it is true of all, but for their constants.
func (p *Policy) OnceInstalled() *Policy {
	if !p.AsksOnce() {
		return p
	}
	return p.WithOnce(OnceAt(OncePlaceholders()))
}

func (s Section) withOnce(meaning Bool) Section {
	copied := false
	for i := range s.Filters {
		if !s.Filters[i].AsksOnce() {
			continue
		}
		if !copied {
			s.Filters, copied = append([]Filter(nil), s.Filters...), true
		}
		other := *s.Filters[i].When.(*Predicate)
		other.X = meaning
		s.Filters[i].When = &other
	}
	return s
}

// AsksOnce reports whether the filter's condition is once(), and not constant.
func (f *Filter) AsksOnce() bool {
	p, ok := f.When.(*Predicate)
	if !ok || !p.Once {
		return false
	}
	_, constant := p.X.(*Truth)
	return !constant
}

// OnceElse returns the action that an execve on a machine, given by its 64-bit
// ABI, gets if once() is not true of it, or false if that depends on its
// arguments.
func (p *Policy) OnceElse(machine arch.ABI) (action Action, ok bool) {
	execve, ok := machine.Syscall("execve")
	if !ok {
		return Action{}, false
	}
	for i := range p.Layers {
		next, ok := p.Layers[i].onceElse(machine, execve.Number)
		if !ok {
			return Action{}, false
		}
		if i == 0 || next.Kind >= action.Kind {
			action = next
		}
	}
	return action, true
}

func (l *Layer) onceElse(machine arch.ABI, execve uint32) (action Action, ok bool) {
	section := l.Section(machine.Audit())
	if section == nil {
		return l.Unserved.Action, true
	}
	for i := range section.Filters {
		f := &section.Filters[i]
		if !Contains(f.Numbers, execve) || f.AsksOnce() {
			continue
		}
		return f.Rule.Action, f.When == nil
	}
	return Action{}, false
}

// OncePolicy returns the policy of a filter that holds a machine, given by its
// 64-bit ABI, to a meaning of once() beside another one that allows execve: its
// execve passes if that holds, any other gets an action, and all other calls
// pass.
func OncePolicy(machine arch.ABI, meaning Bool, otherwise Action) *Policy {
	rule := func(name string, a Action) *Rule { return &Rule{Name: name, Action: a, Implicit: true} }
	passed := rule("default", Action{Kind: Allow})
	every := []NumberRange{{First: 0, Last: ^uint32(0)}}
	var filters []Filter
	if execve, ok := machine.Syscall("execve"); ok {
		number := []NumberRange{{First: execve.Number, Last: execve.Number}}
		once := &Predicate{X: meaning, Text: OnceText, Once: true}
		filters = append(filters,
			Filter{Numbers: number, When: once, Rule: rule("the program is started", Action{Kind: Allow}), Text: "execve: " + OnceText},
			Filter{Numbers: number, Rule: rule("no other program is started", otherwise), Text: "execve"})
	}
	return &Policy{Layers: []Layer{{
		Name:     OnceText,
		ABIs:     []Section{{ABI: machine, Filters: append(filters, Filter{Numbers: every, Rule: passed})}},
		Unserved: passed,
	}}}
}
