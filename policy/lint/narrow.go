package lint

import (
	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/typed"
)

// narrowABIs warns of a 32-bit ABI that is served beside a 64-bit one and has
// no rule of its own: what is named for one often has another name, number or
// arguments on the other (socketcall, ipc, mmap2, the calls that end in 64), so
// rules that were written for one let too much or too little pass on the other.
func (l *linter) narrowABIs() {
	wide := false
	for _, s := range l.sections {
		wide = wide || s.ABI.Bits() == 64
	}
	for _, s := range l.sections {
		if !wide || s.ABI.Bits() == 64 || l.hasOwnRule(s) {
			continue
		}
		l.list.Reportf(diag.NarrowABI, l.facts.ABISpan(), "%s is served without a rule of its own", s.ABI).
			Labelf("its calls differ from those of 64-bit programs").
			Hintf("leave it out, which kills 32-bit programs, or look through check --abi %s and write what differs in a rule with abi = [%q]", s.ABI, s.ABI)
	}
}

// hasOwnRule reports whether a written rule of a section is in no section of
// another kind of ABI.
func (l *linter) hasOwnRule(s *section) bool {
	for i := range s.Filters {
		if r := s.Filters[i].Rule; !r.Implicit && !l.elsewhere(s.ABI, r) {
			return true
		}
	}
	return false
}

func (l *linter) elsewhere(abi arch.ABI, r *typed.Rule) bool {
	for _, s := range l.sections {
		if s.ABI.Bits() == abi.Bits() {
			continue
		}
		for i := range s.Filters {
			if s.Filters[i].Rule.At == r.At {
				return true
			}
		}
	}
	return false
}
