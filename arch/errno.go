package arch

// A numbered is a name with its number.
type numbered struct {
	name   string
	number uint16
}

// named finds a name in a table; the tables have at most 140 entries and are
// sorted by number.
func named(table []numbered, name string) (uint16, bool) {
	for i := range table {
		if table[i].name == name {
			return table[i].number, true
		}
	}
	return 0, false
}

// nameOf finds the first name of a number in a table sorted by number.
func nameOf(table []numbered, n int) (string, bool) {
	for i := range table {
		if int(table[i].number) == n {
			return table[i].name, true
		}
	}
	return "", false
}

// of picks a's table; a value that is no ABI has none.
func (a ABI) of(tables [][]numbered) []numbered {
	if int(a) >= len(tables) {
		return nil
	}
	return tables[a]
}

// Errno finds the number of an error on a, such as "EPERM". mips numbers many
// of them its own way.
func (a ABI) Errno(name string) (uint16, bool) { return named(a.of(errnosOf[:]), name) }

// ErrnoName returns the name of an error number of a: the usual one where
// there are two (EAGAIN, not EWOULDBLOCK).
func (a ABI) ErrnoName(n uint16) (string, bool) { return nameOf(a.of(errnosOf[:]), int(n)) }

// Signal finds the number of a signal on a, such as "SIGSYS".
func (a ABI) Signal(name string) (int, bool) {
	n, ok := named(a.of(signalsOf[:]), name)
	return int(n), ok
}

// SignalName returns the name of a signal of a: the usual one where there are
// two (SIGABRT, not SIGIOT). Real-time signals have none.
func (a ABI) SignalName(n int) (string, bool) { return nameOf(a.of(signalsOf[:]), n) }
