package arch

import "strings"

// ByOtherName finds the ABI that Go, distributions or compilers call by a name
// that is not its own, as amd64 or armhf. Policies do not use such names; it is
// for suggestions.
func ByOtherName(name string) (ABI, bool) {
	switch name = strings.ToLower(name); name {
	case "x64", "x86-64", "intel64":
		return X86_64, true
	case "x86", "ia32", "i486", "i586", "i686":
		return I386, true
	case "armv8":
		return AArch64, true
	case "aarch32", "armel", "armhf", "armv6l", "armv7", "armv7l":
		return ARM, true
	case "riscv":
		return RISCV64, true
	case "s390":
		return S390X, true
	case "powerpc64le", "ppc64el":
		return PPC64LE, true
	case "loongarch":
		return LoongArch64, true
	}
	return ForGOARCH(name)
}
