// Package arch knows the facts of each Linux ABI that a seccomp filter can
// meet: system calls with their numbers, parameters and first kernel versions,
// constants, and groups of system calls. All tables are generated and sorted;
// a look-up is a binary search, allocates nothing, and no table is built when
// a program starts.
package arch

//go:generate go run ./gen

// ABI is one system-call interface: a calling convention with its own numbers.
// A machine may serve several (x86_64 also enters the kernel as i386). The zero
// value is no ABI.
type ABI uint8

// The ABIs with tables. x32 is not among them: it shares x86_64's audit
// architecture, and its numbers are refused.
const (
	X86_64 ABI = iota + 1
	I386
	AArch64
	ARM
	RISCV64
	S390X
	PPC64LE
	LoongArch64
	MIPS64EL
)

// X32Bit is set in the number of every x32 call (__X32_SYSCALL_BIT in
// arch/x86/include/uapi/asm/unistd.h). A filter sees such numbers under
// AUDIT_ARCH_X86_64, even on kernels built without x32.
const X32Bit = 0x40000000

// abiFacts is what distinguishes one ABI from the others, as bits that the
// kernel's uapi headers state (linux/audit.h, linux/elf-em.h).
type abiFacts struct {
	name      string
	audit     uint32
	bits      int
	bigEndian bool
	goarch    string
	family    ABI // the 64-bit ABI of the machines that serve this one
}

var abis = [...]abiFacts{
	X86_64:      {name: "x86_64", audit: 0xc000003e, bits: 64, goarch: "amd64", family: X86_64},
	I386:        {name: "i386", audit: 0x40000003, bits: 32, goarch: "386", family: X86_64},
	AArch64:     {name: "aarch64", audit: 0xc00000b7, bits: 64, goarch: "arm64", family: AArch64},
	ARM:         {name: "arm", audit: 0x40000028, bits: 32, goarch: "arm", family: AArch64},
	RISCV64:     {name: "riscv64", audit: 0xc00000f3, bits: 64, goarch: "riscv64", family: RISCV64},
	S390X:       {name: "s390x", audit: 0x80000016, bits: 64, bigEndian: true, goarch: "s390x", family: S390X},
	PPC64LE:     {name: "ppc64le", audit: 0xc0000015, bits: 64, goarch: "ppc64le", family: PPC64LE},
	LoongArch64: {name: "loongarch64", audit: 0xc0000102, bits: 64, goarch: "loong64", family: LoongArch64},
	MIPS64EL:    {name: "mips64el", audit: 0xc0000008, bits: 64, goarch: "mips64le", family: MIPS64EL},
}

// ABIs returns every ABI that has tables, in the order of their constants.
func ABIs() []ABI {
	list := make([]ABI, 0, len(abis)-1)
	for a := X86_64; int(a) < len(abis); a++ {
		list = append(list, a)
	}
	return list
}

// ParseABI finds an ABI by its name in policies, such as "x86_64".
func ParseABI(name string) (ABI, bool) {
	for a := X86_64; int(a) < len(abis); a++ {
		if abis[a].name == name {
			return a, true
		}
	}
	return 0, false
}

// ForGOARCH finds the ABI that Go programs built for goarch use.
func ForGOARCH(goarch string) (ABI, bool) {
	for a := X86_64; int(a) < len(abis); a++ {
		if abis[a].goarch == goarch {
			return a, true
		}
	}
	return 0, false
}

// ByAudit finds the ABI whose AUDIT_ARCH_* value the kernel puts into
// seccomp_data.arch.
func ByAudit(audit uint32) (ABI, bool) {
	for a := X86_64; int(a) < len(abis); a++ {
		if abis[a].audit == audit {
			return a, true
		}
	}
	return 0, false
}

// String returns the ABI's name in policies.
func (a ABI) String() string {
	if a == 0 || int(a) >= len(abis) {
		return "no ABI"
	}
	return abis[a].name
}

// Audit returns the ABI's AUDIT_ARCH_* value (32 bits).
func (a ABI) Audit() uint32 { return abis[a].audit }

// Bits returns the width of the ABI's registers: 32 or 64.
func (a ABI) Bits() int { return abis[a].bits }

// BigEndian reports whether the ABI stores the high half of a 64-bit field of
// struct seccomp_data first.
func (a ABI) BigEndian() bool { return abis[a].bigEndian }

// Machine returns the 64-bit ABI of the machines on which a can be entered:
// X86_64 for I386, AArch64 for ARM, and a itself otherwise. ABIs of one machine
// can stand in one program.
func (a ABI) Machine() ABI { return abis[a].family }
