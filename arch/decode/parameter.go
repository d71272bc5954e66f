// Package decode writes the arguments of system calls as people do: constants
// by name, in the filter language, so that what it writes can stand in a policy.
// It says what kind of thing an argument is, and reads none of it: not the
// file behind a descriptor, nor the path behind an address.
package decode

import "sandbox/arch"

// A Kind is what a parameter's numbers are, names aside.
type Kind uint8

// The kinds.
const (
	Number        Kind = iota
	Descriptor         // of a file, in the table of the process
	Path               // the address of a path
	Text               // the address of other text that the kernel reads
	Address            // any other address
	Size               // in bytes
	Offset             // in a file, in bytes
	Device             // major and minor number
	Process            // a process, thread or process group
	User               // a user id
	Group              // a group id
	SocketAddress      // the address of a struct sockaddr that the kernel reads; the next parameter is its size
	Strings            // the address of addresses of text, ended by 0
)

// IsAddress reports whether the numbers are addresses, of whatever.
func (k Kind) IsAddress() bool {
	switch k {
	case Path, Text, Address, SocketAddress, Strings:
		return true
	}
	return false
}

// Known is what is known of the registers of a call.
type Known struct {
	Args [6]uint64
	Set  uint8 // bit i: Args[i] is known
}

// AllKnown returns that all registers are known.
func AllKnown(args [6]uint64) *Known { return &Known{Args: args, Set: 1<<len(args) - 1} }

// Has reports whether a register is known.
func (k *Known) Has(register int) bool { return k.Set>>register&1 == 1 }

// A Parameter is a parameter of a system call on an ABI, with what is known of
// its meaning.
type Parameter struct {
	abi   arch.ABI
	param *arch.Param
	kind  Kind
	words uint8 // in vocabularies; 0: no names
}

// Of returns a parameter of a call. What some parameters mean depends on the
// value of another, as fcntl's arg on cmd: on one that is not among those known
// (nil: none is), they are numbers.
func Of(abi arch.ABI, call *arch.Syscall, param *arch.Param, known *Known) Parameter {
	p := Parameter{abi: abi, param: param}
	candidates := meaningsOf(call.Name, param.Name)
	for i := range candidates {
		if m := &candidates[i]; m.holds(abi, call, known) {
			p.kind, p.words = m.kind, m.words
			break
		}
	}
	if p.kind == Number && p.words == 0 {
		p.kind = kindOfType(param)
	}
	return p
}

// kindOfType returns what the C type says.
func kindOfType(p *arch.Param) Kind {
	switch {
	case p.Type.Pointer:
		return Address
	case p.CType == "size_t" || p.CType == "compat_size_t":
		return Size
	case p.CType == "loff_t" || p.CType == "off_t" || p.CType == "compat_off_t":
		return Offset
	}
	return Number
}

// Kind returns what the parameter's numbers are.
func (p Parameter) Kind() Kind { return p.kind }

// Named reports whether some values have names.
func (p Parameter) Named() bool { return p.words != 0 }

// IsFlags reports whether values consist of flags, so that they are better read
// in hexadecimal where they have no names.
func (p Parameter) IsFlags() bool {
	if v := p.vocabulary(); v != nil {
		for i := range v.parts {
			if v.parts[i].how == flags {
				return true
			}
		}
	}
	return false
}

func (p Parameter) vocabulary() *vocabulary {
	if p.words == 0 {
		return nil
	}
	return &vocabularies[p.words]
}

func (p Parameter) width() uint8 { return p.param.Type.Bits }

// Value writes a value, of which only the bits of the parameter's width count,
// with names. It fails if it has none.
func (p Parameter) Value(value uint64) (text string, ok bool) {
	v := p.vocabulary()
	if v == nil {
		return "", false
	}
	text, _, ok = v.text(p.abi, value&ones(p.width()), p.width())
	return text, ok
}

// Name writes a value for a comparison with the parameter, where a constant is
// a mathematical number: one that the parameter's type does not have can only
// be unequal. It fails if it has no name that stands for the number.
func (p Parameter) Name(value uint64) (text string, ok bool) {
	v := p.vocabulary()
	if v == nil {
		return "", false
	}
	width := p.width()
	value &= ones(width)
	text, number, ok := v.text(p.abi, value, width)
	if !ok {
		return "", false
	}
	if int64(number) < 0 {
		return text, p.param.Type.Signed
	}
	return text, !p.param.Type.Signed || value>>(width-1) == 0
}
