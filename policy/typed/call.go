package typed

// A Call is what a filter sees of a system call: struct seccomp_data
// (linux/seccomp.h). Nr holds the 32 bits of the kernel's signed nr.
type Call struct {
	Nr   uint32
	Arch uint32 // an AUDIT_ARCH_* value
	IP   uint64
	Args [6]uint64
}

// A Word names one 32-bit half of a field of struct seccomp_data, wherever an
// ABI's byte order puts it.
type Word uint8

// The words. Those of argument i are ArgLow(i) and ArgHigh(i).
const (
	WordNr Word = iota
	WordArch
	WordIPLow
	WordIPHigh
	wordArgs
)

// ArgLow names the low half of args[i].
func ArgLow(i int) Word { return wordArgs + Word(2*i) }

// ArgHigh names the high half of args[i].
func ArgHigh(i int) Word { return wordArgs + Word(2*i) + 1 }

// Arg returns which argument the word is a half of, and which half.
func (w Word) Arg() (index int, high, ok bool) {
	if w < wordArgs {
		return 0, false, false
	}
	return int(w-wordArgs) / 2, (w-wordArgs)%2 == 1, true
}

// Word returns the value of one word of the call.
func (c *Call) Word(w Word) uint32 {
	switch w {
	case WordNr:
		return c.Nr
	case WordArch:
		return c.Arch
	case WordIPLow:
		return uint32(c.IP)
	case WordIPHigh:
		return uint32(c.IP >> 32)
	}
	index, high, _ := w.Arg()
	if high {
		return uint32(c.Args[index] >> 32)
	}
	return uint32(c.Args[index])
}
