package bpf

// Cacheable reports whether the kernel (since 5.11, seccomp_is_const_allow in
// kernel/seccomp.c) can tell when the program is installed that it allows the
// system call nr of the architecture audit (AUDIT_ARCH_*) whatever the
// arguments. The kernel then skips the filter for that call. Its emulator knows
// only loads of nr and arch, AND with a constant, jumps on a constant, and the
// return of exactly [Allow]; anything else on the way gives false.
//
// The kernel asks this only for its native ABI and the compatible one, and for
// numbers inside their tables. Recent x86-64 kernels exempt uretprobe (335) and
// uprobe (336) from every program; that is not a fact about this one, so
// Cacheable does not say so.
func (p Program) Cacheable(audit, nr uint32) bool {
	var a uint32
	for pc := 0; uint(pc) < uint(len(p.code)); pc++ {
		in := &p.code[pc]
		switch in.Op {
		case LdWAbs:
			switch in.K {
			case OffsetNr:
				a = nr
			case OffsetArch:
				a = audit
			default:
				return false
			}
		case AndK:
			a &= in.K
		case RetK:
			return Return(in.K) == Allow
		case Ja:
			pc += int(in.K)
		case JeqK, JgtK, JgeK, JsetK:
			pc += in.skip(a, 0)
		default:
			return false
		}
	}
	return false // the zero value only
}
