package arch

import "iter"

// A Syscall is one row of an ABI's table. Rows are shared and must not be
// changed.
type Syscall struct {
	Name   string
	Number uint32
	Since  Version // the first release in which this ABI had the call
	Params []Param // nil: not known, as of calls that were never implemented
	groups uint64  // bit i: member of groupNames[i]
}

// callTables are the syscalls of one ABI, by number, the indices of them in the
// order of their names, and a hash table: places[h] is an index plus one, or 0,
// for a name of hash h, or for one whose place was taken when it was put there.
// There are a power of two of places, half of them free.
type callTables struct {
	byNumber []Syscall
	byName   []uint16
	places   []uint16
}

// tables returns a's tables: empty ones for a value that is no ABI.
func (a ABI) tables() callTables {
	switch a {
	case X86_64:
		return callTables{syscallsX8664, byNameX8664, placesX8664}
	case I386:
		return callTables{syscallsI386, byNameI386, placesI386}
	case AArch64:
		return callTables{syscallsAArch64, byNameAArch64, placesAArch64}
	case ARM:
		return callTables{syscallsARM, byNameARM, placesARM}
	case RISCV64:
		return callTables{syscallsRISCV64, byNameRISCV64, placesRISCV64}
	case S390X:
		return callTables{syscallsS390X, byNameS390X, placesS390X}
	case PPC64LE:
		return callTables{syscallsPPC64LE, byNamePPC64LE, placesPPC64LE}
	case LoongArch64:
		return callTables{syscallsLoongArch64, byNameLoongArch64, placesLoongArch64}
	case MIPS64EL:
		return callTables{syscallsMIPS64EL, byNameMIPS64EL, placesMIPS64EL}
	}
	return callTables{}
}

// Syscalls returns a's table, sorted by number. It is shared: callers must not
// change it.
func (a ABI) Syscalls() []Syscall { return a.tables().byNumber }

// Syscall finds a call of a by its name, such as "openat". Policies name
// hundreds: a binary search would compare nine names for each.
func (a ABI) Syscall(name string) (*Syscall, bool) {
	t := a.tables()
	if len(t.places) == 0 {
		return nil, false
	}
	last := uint32(len(t.places) - 1)
	for at := hash(name) & last; t.places[at] != 0; at = (at + 1) & last {
		if s := &t.byNumber[t.places[at]-1]; s.Name == name {
			return s, true
		}
	}
	return nil, false
}

// hash is FNV-1a, as the generator of the tables has it.
func hash(name string) uint32 {
	h := uint32(2166136261)
	for i := range len(name) {
		h = (h ^ uint32(name[i])) * 16777619
	}
	return h
}

// Numbered finds a call of a by its number.
func (a ABI) Numbered(nr uint32) (*Syscall, bool) {
	table := a.tables().byNumber
	low, high := 0, len(table)
	for low < high {
		mid := (low + high) / 2
		switch s := &table[mid]; {
		case s.Number == nr:
			return s, true
		case s.Number < nr:
			low = mid + 1
		default:
			high = mid
		}
	}
	return nil, false
}

// Param finds a parameter by the kernel's name or by an alias.
func (s *Syscall) Param(name string) (*Param, bool) {
	for i := range s.Params {
		if s.Params[i].is(name) {
			return &s.Params[i], true
		}
	}
	return nil, false
}

// ParamIn finds the parameter that is in args[register], be it only its low
// half.
func (s *Syscall) ParamIn(register int) (*Param, bool) {
	for i := range s.Params {
		if int(s.Params[i].Low) == register {
			return &s.Params[i], true
		}
	}
	return nil, false
}

// KnownAnywhere reports whether any ABI has a call of this name.
func KnownAnywhere(name string) bool {
	for a := X86_64; int(a) < len(abis); a++ {
		if _, ok := a.Syscall(name); ok {
			return true
		}
	}
	return false
}

// SyscallNames yields the name of every call of any ABI once, sorted.
func SyscallNames() iter.Seq[string] {
	return merged(len(abis), func(list, i int) (string, bool) {
		t := ABI(list).tables()
		if i >= len(t.byName) {
			return "", false
		}
		return t.byNumber[t.byName[i]].Name, true
	})
}

// merged yields the names of n sorted lists in one order, each name once. at
// returns entry i of a list, or false beyond its end.
func merged(n int, at func(list, i int) (string, bool)) iter.Seq[string] {
	return func(yield func(string) bool) {
		next := make([]int, n)
		for {
			first, found := "", false
			for list := range n {
				if name, ok := at(list, next[list]); ok && (!found || name < first) {
					first, found = name, true
				}
			}
			if !found || !yield(first) {
				return
			}
			for list := range n {
				if name, ok := at(list, next[list]); ok && name == first {
					next[list]++
				}
			}
		}
	}
}
