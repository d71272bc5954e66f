package decode_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/arch/decode"
	"sandbox/internal/diag"
	"sandbox/policy"
	"sandbox/policy/check"
	"sandbox/policy/filter"
)

// constant evaluates a text as the members of sets are.
func constant(t *testing.T, abi arch.ABI, text string) uint64 {
	t.Helper()
	c, list := policy.ParseCall(abi, "read("+text+")")
	if list.Failed() {
		t.Fatalf("%s on %s: %v", text, abi, list.Err())
	}
	return c.Args[0]
}

// named calls f for every parameter that has names, on every ABI, for each
// value that decides what it means.
func named(f func(abi arch.ABI, call *arch.Syscall, param *arch.Param, known *decode.Known)) {
	for _, abi := range arch.ABIs() {
		for i := range abi.Syscalls() {
			call := &abi.Syscalls()[i]
			for j := range call.Params {
				f(abi, call, &call.Params[j], nil)
				for _, by := range deciding[call.Name] {
					selector, ok := call.Param(by.param)
					if v, exists := abi.Constant(by.name); ok && exists && selector != &call.Params[j] {
						known := &decode.Known{Set: 1 << selector.Low}
						known.Args[selector.Low] = v.Bits
						f(abi, call, &call.Params[j], known)
					}
				}
			}
		}
	}
}

type decider struct{ param, name string }

// deciding are parameters that say what others mean.
var deciding = map[string][]decider{
	"fcntl":      {{"cmd", "F_SETFL"}, {"cmd", "F_SETFD"}, {"cmd", "F_SETSIG"}, {"cmd", "F_ADD_SEALS"}},
	"fcntl64":    {{"cmd", "F_SETFL"}, {"cmd", "F_NOTIFY"}},
	"prctl":      {{"option", "PR_SET_SECUREBITS"}, {"option", "PR_CAP_AMBIENT"}, {"option", "PR_SET_PTRACER"}},
	"setsockopt": {{"level", "SOL_SOCKET"}, {"level", "SOL_IP"}, {"level", "SOL_IPV6"}, {"level", "SOL_TCP"}},
	"socket":     {{"family", "AF_INET"}, {"family", "AF_NETLINK"}},
	"ptrace":     {{"request", "PTRACE_SEIZE"}, {"request", "PTRACE_CONT"}},
}

// TestValuesEvaluate decodes many values of every parameter that has names, and
// reads the texts back.
func TestValuesEvaluate(t *testing.T) {
	seen, texts := map[string]bool{}, 0
	named(func(abi arch.ABI, call *arch.Syscall, param *arch.Param, known *decode.Known) {
		p := decode.Of(abi, call, param, known)
		key := fmt.Sprint(abi, param.Type, param.Name, call.Name[:2], known)
		if !p.Named() || seen[key] || abi == arch.RISCV64 || abi == arch.LoongArch64 || abi == arch.S390X { // as aarch64
			return
		}
		seen[key] = true
		for bit := 0; bit < 64; bit += 5 {
			for _, v := range []uint64{1 << bit, 1<<bit - 1, ^uint64(1) << bit, uint64(bit), uint64(bit) | 0x80000, uint64(bit)*0x9e3779b97f4a7c15 ^ uint64(bit)} {
				texts += evaluates(t, abi, p, param, v)
			}
		}
	})
	t.Logf("%d kinds of parameters, %d texts", len(seen), texts)
	if len(seen) < 300 || texts < 5000 {
		t.Error("too few")
	}
}

// evaluates checks all that is written for a value, and counts it.
func evaluates(t *testing.T, abi arch.ABI, p decode.Parameter, param *arch.Param, v uint64) (texts int) {
	t.Helper()
	all := ^uint64(0) >> (64 - param.Type.Bits)
	if text, ok := p.Value(v); ok {
		texts++
		if got := constant(t, abi, text); got&all != v&all {
			t.Errorf("%s on %s: %#x is written %s, which is %#x", param.Name, abi, v, text, got)
		}
	}
	if text, ok := p.Name(v); ok {
		want := v & all
		if param.Type.Signed && want>>(param.Type.Bits-1) == 1 {
			want |= ^all
		}

		source := &diag.Source{Name: "value", Text: text}
		x, list := filter.ParseExpr(source.Whole())
		if list.Failed() {
			t.Fatal(list.Err())
		}
		n, list := check.Constant(abi, nil, x)
		switch {
		case list.Failed():
			t.Fatalf("%s on %s: %v", text, abi, list.Err())
		case n.IsInt64() && uint64(n.Int64()) == want && (n.Sign() >= 0 || param.Type.Signed):
		case n.IsUint64() && n.Uint64() == want && !param.Type.Signed:
		default:
			t.Errorf("%s on %s: %#x is named %s, which is %v", param.Name, abi, v, text, n)
		}
	}
	for _, mask := range []uint64{all, v & all, 0xff, 0xf000, 0x243, 0x1f, ^v & all} {
		mask &= all
		if maskText, valueText, ok := p.Bits(mask, v&mask); ok {
			texts++
			inverted, isOpposite := strings.CutPrefix(maskText, "~")
			got := constant(t, abi, inverted)
			if isOpposite {
				got = ^got // as ~ takes the width of the other side
			}
			if got&all != mask {
				t.Errorf("%s on %s: mask %#x is written %s, which is %#x", param.Name, abi, mask, maskText, got)
			}
			if got := constant(t, abi, valueText); got&all != v&mask {
				t.Errorf("%s on %s: %#x of mask %s is written %s, which is %#x", param.Name, abi, v&mask, maskText, valueText, got)
			}
		}
		field, names, ok := p.Choices(mask, v&mask)
		if !ok {
			continue
		}
		for _, n := range names {
			if x := constant(t, abi, n); x&mask != v&mask || x&^constant(t, abi, field) != 0 {
				t.Errorf("%s on %s: %s is none of %#x in %#x", param.Name, abi, n, v&mask, mask)
			}
		}
	}
	return texts
}

// TestRegistersEvaluate writes whole calls and reads them back.
func TestRegistersEvaluate(t *testing.T) {
	for _, abi := range arch.ABIs() {
		for i := range abi.Syscalls() {
			call := &abi.Syscalls()[i]
			for seed := range uint64(40) {
				registerEvaluates(t, abi, call, mixed(seed))
			}
		}
	}
}

// mixed returns values as they occur: small, negative, flags, with junk above.
func mixed(seed uint64) (args [6]uint64) {
	for i := range args {
		x := (seed*6 + uint64(i) + 1) * 0x9e3779b97f4a7c15
		switch x >> 61 {
		case 0, 1:
			args[i] = x >> 20 & 0x3f
		case 2:
			args[i] = ^uint64(0) - x>>20&0x7f
		case 3:
			args[i] = 1<<(x>>20&0x3f) | 1<<(x>>30&0x1f)
		case 4:
			args[i] = x >> 20 & 0xffff
		case 5:
			args[i] = x >> 20 & 0xffffffff
		case 6:
			args[i] = 0xffffff9c
		default:
			args[i] = x
		}
	}
	return args
}

func registerEvaluates(t *testing.T, abi arch.ABI, call *arch.Syscall, args [6]uint64) {
	t.Helper()
	var words []string
	for i := range args {
		text, _ := decode.Register(abi, call, i, &args)
		words = append(words, text)
	}
	text := fmt.Sprintf("#%d(%s)", call.Number, strings.Join(words, ", "))
	c, list := policy.ParseCall(abi, text)
	if list.Failed() {
		t.Fatalf("%s on %s: %v", text, abi, list.Err())
	}
	if c.Args != args {
		t.Errorf("%s of %s on %s: %#x, want %#x", text, call.Name, abi, c.Args, args)
	}
}

// FuzzRegisters: what is written for any registers of any call gives them again.
func FuzzRegisters(f *testing.F) {
	f.Add(uint8(arch.X86_64), uint16(16), uint64(0), uint64(0x5412), uint64(0), uint64(0), uint64(0), uint64(0))
	f.Add(uint8(arch.I386), uint16(295), ^uint64(99), uint64(0), uint64(0x241), uint64(0x180), uint64(0), uint64(0))
	f.Add(uint8(arch.MIPS64EL), uint16(9), uint64(0), uint64(0), uint64(7), uint64(0x802), uint64(0xffffffff), uint64(0))
	f.Fuzz(func(t *testing.T, a uint8, index uint16, a0, a1, a2, a3, a4, a5 uint64) {
		abis := arch.ABIs()
		abi := abis[int(a)%len(abis)]
		table := abi.Syscalls()
		call := &table[int(index)%len(table)]
		args := [6]uint64{a0, a1, a2, a3, a4, a5}
		registerEvaluates(t, abi, call, args)
		for i := range call.Params {
			p := &call.Params[i]
			evaluates(t, abi, decode.Of(abi, call, p, decode.AllKnown(args)), p, args[p.Low])
		}
	})
}

// TestIoctl states what unnamed commands tell of themselves.
func TestIoctl(t *testing.T) {
	for _, tc := range []struct {
		abi     arch.ABI
		command uint32
		want    string
	}{
		{arch.X86_64, 0xc00458ff, "_IOWR(0x58, 0xff, 4)"},
		{arch.X86_64, 0x80045466, "_IOR(0x54, 0x66, 4)"},
		{arch.X86_64, 0x400858ff, "_IOW(0x58, 0xff, 8)"},
		{arch.X86_64, 0x5466, ""},
		{arch.PPC64LE, 0x40045466, "_IOR(0x54, 0x66, 4)"},
		{arch.MIPS64EL, 0x800858ff, "_IOW(0x58, 0xff, 8)"},
		{arch.MIPS64EL, 0xc00458ff, "_IOWR(0x58, 0xff, 4)"},
		{arch.MIPS64EL, 0x5466, ""},
	} {
		if got, ok := decode.Ioctl(tc.abi, tc.command); got != tc.want || ok != (tc.want != "") {
			t.Errorf("%#x on %s: %q, want %q", tc.command, tc.abi, got, tc.want)
		}
	}
}

// TestNothingAllocated: a look-up is two binary searches.
func TestNothingAllocated(t *testing.T) {
	call, _ := arch.X86_64.Syscall("ioctl")
	if n := testing.AllocsPerRun(100, func() {
		if text, ok := decode.Of(arch.X86_64, call, &call.Params[1], nil).Value(0x5412); !ok || text != "TIOCSTI" {
			t.Fatal(text)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestEveryFlagsParameterHasNames lists what nobody has named yet.
func TestEveryFlagsParameterHasNames(t *testing.T) {
	var missing []string
	for _, abi := range arch.ABIs() {
		for i := range abi.Syscalls() {
			call := &abi.Syscalls()[i]
			for j := range call.Params {
				p := &call.Params[j]
				if !strings.Contains(p.Name, "flag") || p.Type.Pointer {
					continue
				}
				text := call.Name + " " + p.Name
				if !decode.Of(abi, call, p, nil).Named() && !slices.Contains(missing, text) {
					missing = append(missing, text)
				}
			}
		}
	}
	slices.Sort(missing)
	if got := strings.Join(missing, "\n"); got != unnamedFlags {
		t.Errorf("flags without names:\n%s", got)
	}
}

// unnamedFlags are the parameters of which no value but 0 has a meaning, or
// whose constants no header for programs has.
const unnamedFlags = `cacheflush flags
cachestat flags
copy_file_range flags
futex_requeue flags
futex_waitv flags
landlock_add_rule flags
listns flags
lsm_list_modules flags
lsm_set_self_attr flags
mseal flags
pidfd_getfd flags
pkey_alloc flags
process_madvise flags
process_mrelease flags
process_vm_readv flags
process_vm_writev flags
riscv_flush_icache flags
riscv_hwprobe flags
s390_sthyi flags
sched_setattr flags
set_mempolicy_home_node flags
spu_create flags
statmount flags
swapon swap_flags`
