package prove

import (
	"encoding/binary"
	"errors"
	"strings"

	"sandbox/policy/typed"
)

// A Digest identifies what a policy means. It is the SHA-256 of the checked
// policy in the encoding below: everything that decides about calls, and no
// names, texts or places. So it is the same after a change of comments, and it
// is another one where other tables give a name another number.
//
//	policy     "sandbox policy 1\n" count layer...
//	layer      action(of other ABIs) count section...
//	section    AUDIT_ARCH_* count filter...
//	filter     action count { first last }... condition
//
// Every list is preceded by its length and every node of a condition by its
// tag, so that different policies have different encodings.
type Digest [sumSize]byte

// String returns the digest as certificates have it: "sha256:" and 64 hex
// digits.
func (d Digest) String() string { return string(d.appendTo(nil)) }

const (
	digestPrefix = "sha256:"
	hexDigits    = "0123456789abcdef"
)

func (d *Digest) appendTo(dst []byte) []byte {
	dst = append(dst, digestPrefix...)
	for _, b := range d {
		dst = append(dst, hexDigits[b>>4], hexDigits[b&15])
	}
	return dst
}

// parseDigest reads what String returns.
func parseDigest(s string) (d Digest, ok bool) {
	digits, ok := strings.CutPrefix(s, digestPrefix)
	if !ok || len(digits) != 2*len(d) {
		return d, false
	}
	for i := range digits {
		digit := strings.IndexByte(hexDigits, digits[i])
		if digit < 0 {
			return d, false
		}
		d[i/2] = d[i/2]<<4 | byte(digit)
	}
	return d, true
}

// errNoDigest is about a policy that no checker made.
var errNoDigest = errors.New("the policy has a part that its digest does not know: this is a bug in sandbox")

// DigestOf returns the digest of a policy.
func DigestOf(p *typed.Policy) (Digest, error) {
	w := digester{encoded: make([]byte, 0, 1<<14)}
	w.encoded = append(w.encoded, "sandbox policy 1\n"...)
	w.count(len(p.Layers))
	for i := range p.Layers {
		w.layer(&p.Layers[i])
	}
	if w.unknown {
		return Digest{}, errNoDigest
	}
	return sha256(w.encoded), nil
}

// A digester encodes a policy. Integers are little-endian: 32 bits for counts,
// numbers and ABIs (as AUDIT_ARCH_*), 64 bits for values.
type digester struct {
	encoded []byte
	unknown bool // there was a node without an encoding
}

func (w *digester) byte(b ...byte)   { w.encoded = append(w.encoded, b...) }
func (w *digester) u32(v uint32)     { w.encoded = binary.LittleEndian.AppendUint32(w.encoded, v) }
func (w *digester) u64(v uint64)     { w.encoded = binary.LittleEndian.AppendUint64(w.encoded, v) }
func (w *digester) count(n int)      { w.u32(uint32(n)) }
func (w *digester) typ(t typed.Type) { w.byte(t.Bits, flag(t.Signed)) }

func (w *digester) action(r *typed.Rule) {
	w.byte(byte(r.Action.Kind))
	w.u32(uint32(r.Action.Data))
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func (w *digester) layer(l *typed.Layer) {
	w.action(l.Unserved)
	w.count(len(l.ABIs))
	for i := range l.ABIs {
		section := &l.ABIs[i]
		w.u32(section.ABI.Audit())
		w.count(len(section.Filters))
		for k := range section.Filters {
			w.filter(&section.Filters[k])
		}
	}
}

func (w *digester) filter(f *typed.Filter) {
	w.action(f.Rule)
	w.count(len(f.Numbers))
	for _, r := range f.Numbers {
		w.u32(r.First)
		w.u32(r.Last)
	}
	if f.When == nil {
		w.byte(tagAlways)
		return
	}
	w.condition(f.When)
}

// The tags of nodes. They are part of the format: a change of any is a change
// of its version.
const (
	tagAlways  = 0
	tagTruth   = 1
	tagNot     = 2
	tagAnd     = 3
	tagOr      = 4
	tagCompare = 5
	tagIn      = 6

	tagValue   = 16
	tagLoad    = 17
	tagConvert = 18
	tagUnary   = 19
	tagBinary  = 20
)

func (w *digester) condition(b typed.Bool) {
	switch b := b.(type) {
	case *typed.Truth:
		w.byte(tagTruth, flag(b.Value))
	case *typed.NotExpr:
		w.byte(tagNot)
		w.condition(b.X)
	case *typed.AndExpr:
		w.byte(tagAnd)
		w.condition(b.X)
		w.condition(b.Y)
	case *typed.OrExpr:
		w.byte(tagOr)
		w.condition(b.X)
		w.condition(b.Y)
	case *typed.Compare:
		w.byte(tagCompare, byte(b.Op))
		w.integer(b.X)
		w.integer(b.Y)
	case *typed.In:
		w.byte(tagIn)
		w.integer(b.X)
		w.count(len(b.Intervals))
		for _, i := range b.Intervals {
			w.u64(i.Low)
			w.u64(i.High)
		}
	case *typed.Predicate:
		w.condition(b.X) // where it was written does not matter
	default:
		w.unknown = true
	}
}

func (w *digester) integer(x typed.Int) {
	switch x := x.(type) {
	case *typed.Value:
		w.byte(tagValue)
		w.typ(x.Of)
		w.u64(x.Bits)
	case *typed.Load:
		w.byte(tagLoad, byte(x.Low), byte(x.High), flag(x.Wide))
	case *typed.Convert:
		w.byte(tagConvert)
		w.typ(x.To)
		w.integer(x.X)
	case *typed.Unary:
		w.byte(tagUnary, byte(x.Op))
		w.integer(x.X)
	case *typed.Binary:
		w.byte(tagBinary, byte(x.Op))
		w.integer(x.X)
		w.integer(x.Y)
	default:
		w.unknown = true
	}
}
