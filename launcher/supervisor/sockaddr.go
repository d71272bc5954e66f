package supervisor

import (
	"bytes"
	"strconv"

	"sandbox/arch"
	"sandbox/arch/decode"
)

// maxSockaddr is the size of struct sockaddr_storage, which no socket address
// exceeds.
const maxSockaddr = 128

// Address families, the same on all of Linux (linux/socket.h).
const (
	afUnix  = 1
	afInet  = 2
	afInet6 = 10
)

// socketAddress says what a struct sockaddr means. What is too short for its
// family has no text: the kernel refuses it.
func (o *Object) socketAddress(b []byte) {
	if len(b) < 2 {
		return
	}
	family := uint16(b[0]) | uint16(b[1])<<8 // little-endian, as are amd64 and arm64
	o.Family = familyName(family)
	switch {
	case family == afUnix:
		if len(b) > 2 && b[2] == 0 { // abstract: all bytes count
			o.Texts = []string{"@" + string(b[3:])}
			return
		}
		path, _, _ := bytes.Cut(b[2:], []byte{0})
		o.Texts = []string{string(path)}
	case family == afInet && len(b) >= 16:
		o.Texts = []string{string(appendIPv4(nil, b[4:8])) + ":" + port(b)}
	case family == afInet6 && len(b) >= 24: // SIN6_LEN_RFC2133: without a scope
		o.Texts = []string{"[" + string(appendIPv6(nil, [16]byte(b[8:24]))) + "]:" + port(b)}
	}
}

// familyName returns the name of an address family, "AF_INET", or its number.
func familyName(family uint16) string {
	if call, ok := arch.X86_64.Syscall("socket"); ok {
		if name, ok := decode.Of(arch.X86_64, call, &call.Params[0], nil).Name(uint64(family)); ok {
			return name
		}
	}
	return strconv.Itoa(int(family))
}

// port returns the port of an address of IPv4 or IPv6.
func port(b []byte) string { return strconv.Itoa(int(b[2])<<8 | int(b[3])) }

func appendIPv4(text, address []byte) []byte {
	for i, n := range address {
		if i > 0 {
			text = append(text, '.')
		}
		text = strconv.AppendUint(text, uint64(n), 10)
	}
	return text
}

// appendIPv6 writes an address as RFC 5952 has it: lower case, and :: for the
// first of the longest runs of two or more zero groups. Those of IPv4 that are
// mapped end in dots.
func appendIPv6(text []byte, address [16]byte) []byte {
	var groups [8]uint64
	for i := range groups {
		groups[i] = uint64(address[2*i])<<8 | uint64(address[2*i+1])
	}
	if [6]uint64(groups[:6]) == [6]uint64{5: 0xffff} {
		return appendIPv4(append(text, "::ffff:"...), address[12:])
	}
	start, length := 0, 1 // of the run that is left out
	for i := 0; i < len(groups); i++ {
		n := 0
		for i+n < len(groups) && groups[i+n] == 0 {
			n++
		}
		if n > length {
			start, length = i, n
		}
		i += n
	}
	for i := 0; i < len(groups); i++ {
		if length > 1 && i == start {
			text = append(text, "::"...)
			i += length - 1
			continue
		}
		if i > 0 && text[len(text)-1] != ':' {
			text = append(text, ':')
		}
		text = strconv.AppendUint(text, groups[i], 16)
	}
	return text
}
