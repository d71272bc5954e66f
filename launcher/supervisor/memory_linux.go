//go:build amd64 || arm64

package supervisor

import (
	"bytes"
	"os"

	"sandbox/arch/decode"
)

// Of Strings no more than these are kept.
const (
	maxStrings     = 16
	maxStringsSize = 4 * MaxText
)

// readMemory reads what lies behind addresses in a thread's memory.
func (l *Listener) readMemory(s *Seen, thread int) {
	m := l.reader.open(l.proc, thread)
	defer m.close()
	for i := range s.Objects {
		s.Objects[i].read(m)
	}
	s.Unread = m.err
}

func (o *Object) read(m *memory) {
	switch o.Kind {
	case decode.Path, decode.Text:
		var text string
		text, o.Cut, o.Err = readText(m, o.value, MaxText)
		if text != "" || o.Err == nil {
			o.Texts = []string{text}
		}
	case decode.Strings:
		o.readStrings(m)
	case decode.SocketAddress:
		b := make([]byte, min(max(o.size, 0), maxSockaddr))
		var n int
		if n, o.Err = m.read(o.value, b); n == len(b) {
			o.socketAddress(b)
		}
	}
}

// readStrings reads an array of addresses of texts, up to a 0.
func (o *Object) readStrings(m *memory) {
	room := maxStringsSize
	for i := 0; ; i++ {
		var b [8]byte
		address := b[:o.word]
		if _, o.Err = m.read(o.value+uint64(i*o.word), address); o.Err != nil {
			return
		}
		at := uint64(0)
		for j, c := range address {
			at |= uint64(c) << (8 * j) // amd64 and arm64 are little-endian
		}
		if at == 0 {
			return
		}
		if o.Cut = i == maxStrings || room == 0; o.Cut {
			return
		}
		text, cut, err := readText(m, at, min(room, MaxText))
		if err != nil {
			o.Err = err
			return
		}
		o.Texts = append(o.Texts, text)
		room -= len(text)
		if o.Cut = cut; cut {
			return
		}
	}
}

// readText reads a text that ends with a 0 byte, or the first limit bytes of
// it; on an error, what can be read of it.
func readText(m *memory, address uint64, limit int) (text string, cut bool, err error) {
	b := make([]byte, limit+1)
	n := 0
	for n <= limit {
		// The text may end in front of a page that is not there.
		page := uint64(os.Getpagesize())
		chunk := b[n:min(uint64(len(b)), uint64(n)+page-(address+uint64(n))%page)]
		if _, err := m.read(address+uint64(n), chunk); err != nil {
			return string(b[:n]), false, err
		}
		if end := bytes.IndexByte(chunk, 0); end >= 0 {
			return string(b[:n+end]), false, nil
		}
		n += len(chunk)
	}
	return string(b[:limit]), true, nil
}
