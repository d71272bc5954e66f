package bpf

// Data is struct seccomp_data (linux/seccomp.h), 64 bytes. Nr holds the 32
// bits of the kernel's signed nr.
type Data struct {
	Nr   uint32
	Arch uint32
	IP   uint64
	Args [6]uint64
}

// DataSize is sizeof(struct seccomp_data), in bytes.
const DataSize = 64

// Byte offsets of the fields of struct seccomp_data, the same on every ABI.
// The fields from OffsetIP on are 64 bits wide: see [OffsetLow] and
// [OffsetHigh].
const (
	OffsetNr   uint32 = 0
	OffsetArch uint32 = 4
	OffsetIP   uint32 = 8
	OffsetArgs uint32 = 16 // of args[0]
)

// OffsetArg returns the byte offset of the 64-bit args[i], for i from 0 to 5.
func OffsetArg(i int) uint32 { return OffsetArgs + 8*uint32(i) }

// OffsetLow returns the byte offset of the low 32 bits of the 64-bit field at
// byte offset field.
func OffsetLow(field uint32, bigEndian bool) uint32 {
	if bigEndian {
		return field + 4
	}
	return field
}

// OffsetHigh returns the byte offset of the high 32 bits of the 64-bit field
// at byte offset field.
func OffsetHigh(field uint32, bigEndian bool) uint32 {
	return OffsetLow(field, !bigEndian)
}

// word returns the 32 bits at byte offset k, which is below DataSize and a
// multiple of four, as the machine would load them.
func (d *Data) word(k uint32, bigEndian bool) uint32 {
	var field uint64
	switch {
	case k == OffsetNr:
		return d.Nr
	case k == OffsetArch:
		return d.Arch
	case k < OffsetArgs:
		field = d.IP
	default:
		field = d.Args[(k-OffsetArgs)/8]
	}
	if (k&4 != 0) != bigEndian {
		return uint32(field >> 32)
	}
	return uint32(field)
}
