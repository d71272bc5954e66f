package prove

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/compiler"
	"sandbox/internal/policygen"
)

// hard are policies that ask much of a proof, by what is hard about them.
func hard() map[string]string {
	r := rand.New(rand.NewPCG(3, 4))
	list := map[string]string{
		"300 equalities":          rules(300, func(i int) string { return fmt.Sprintf("ioctl: cmd == %#x", r.Uint32()) }),
		"300 equalities, 64 bits": rules(300, func(i int) string { return fmt.Sprintf("mmap: args[1] == %#x", r.Uint64()) }),
		"2,000 equalities":        rules(2000, func(i int) string { return fmt.Sprintf("ioctl: cmd == %#x", r.Uint32()) }),
		"2,000 equalities, many in others": rules(2000, func(i int) string {
			if i%10 == 0 {
				return fmt.Sprintf("ioctl: fd == %d", i)
			}
			return fmt.Sprintf("ioctl: cmd == %d", 7*i)
		}),
		"100 ranges": rules(100, func(i int) string {
			low := r.Uint32() >> 1
			return fmt.Sprintf("ioctl: cmd >= %d && cmd < %d", low, low+r.Uint32N(1<<20)+1)
		}),
		"300 masks": rules(300, func(i int) string {
			m := r.Uint32()&r.Uint32() | 1
			return fmt.Sprintf("ioctl: cmd & %#x == %#x", m, m&r.Uint32())
		}),
		"300 masks, many in others": rules(300, func(i int) string {
			m := r.Uint32()&r.Uint32()&r.Uint32() | 1
			return fmt.Sprintf("ioctl: cmd & %#x == %#x", m, m&r.Uint32())
		}),
		"60 masks": rules(60, func(i int) string {
			m := r.Uint32()&r.Uint32()&r.Uint32()&r.Uint32() | 1
			return fmt.Sprintf("ioctl: cmd & %#x == %#x", m, m&r.Uint32())
		}),
		"300 rules, two arguments": rules(300, func(i int) string { return fmt.Sprintf("mmap: args[1] == %d && prot == %d", i, r.IntN(8)) }),
		"six arguments": rules(20, func(i int) string {
			return fmt.Sprintf("mmap: addr == 0 && len >= %d && prot & 7 == %d && flags & 0xff == %d && fd == %d && off == %d", r.Uint32(), r.IntN(8), r.IntN(255), r.IntN(100), r.Uint64()>>1)
		}),
		"six arguments, 100": rules(100, func(i int) string {
			return fmt.Sprintf("mmap: args[0] == %d && args[1] == %d && args[2] == %d && args[3] == %d && args[4] == %d && args[5] == %d", r.IntN(9), r.IntN(9), r.IntN(9), r.IntN(9), r.IntN(9), r.IntN(9))
		}),
		"equal arguments":   rules(1, func(int) string { return "mmap: args[0] == args[5] || args[1] < args[4]" }),
		"ordered arguments": rules(1, func(int) string { return "setresuid: ruid <= euid && euid <= suid" }),
		"all differ": rules(1, func(int) string {
			return "mmap: args[0] != args[1] && args[0] != args[2] && args[1] != args[2] && args[3] != args[4]"
		}),
		"sum":                       rules(1, func(int) string { return "mmap: args[0] + args[1] < args[0]" }),
		"sum of three":              rules(1, func(int) string { return "mmap: args[0] + args[1] + args[2] == 0x123456789" }),
		"sum and bound":             rules(1, func(int) string { return "pread64: args[1] + args[2] > 0x800000000000" }),
		"difference":                rules(1, func(int) string { return "mmap: args[0] - args[1] == args[2]" }),
		"remainder 10":              rules(1, func(int) string { return "ioctl: cmd % 10 == 3" }),
		"remainder 1000":            rules(1, func(int) string { return "ioctl: cmd % 1000 == 3" }),
		"remainder 1000, 64 bits":   rules(1, func(int) string { return "mmap: len % 1000 == 3" }),
		"remainder 12, 64 bits":     rules(1, func(int) string { return "mmap: len % 12 == 0" }),
		"remainder 4096, 64 bits":   rules(1, func(int) string { return "mmap: len % 4096 == 0" }),
		"quotient 10, 64 bits":      rules(1, func(int) string { return "mmap: len / 10 == 77" }),
		"quotient 1000000, 64 bits": rules(1, func(int) string { return "mmap: len / 1000000 > 77" }),
		"quotient, signed":          rules(1, func(int) string { return "lseek: offset / 10 == -77" }),
		"product 3":                 rules(1, func(int) string { return "ioctl: cmd * 3 == 0x123" }),
		"product 1000":              rules(1, func(int) string { return "ioctl: cmd * 1000 == 0x12345678" }),
		"product 3, 64 bits":        rules(1, func(int) string { return "mmap: len * 3 == 0x123" }),
		"product 3, 64 bits, bound": rules(1, func(int) string { return "mmap: len * 3 < 0x123" }),
		"product 1000003":           rules(1, func(int) string { return "ioctl: cmd * 1000003 == 0x12345678" }),
		"product 1000, 64 bits":     rules(1, func(int) string { return "mmap: len * 1000 == 0x123456788" }),
		"shifted":                   rules(1, func(int) string { return "mmap: args[0] >> 12 == args[5]" }),
		"shifted, 32 bits":          rules(1, func(int) string { return "setresuid: ruid >> 16 == euid & 0xffff" }),
		"shifted twice":             rules(1, func(int) string { return "mmap: args[0] >> 12 == args[5] && args[1] << 3 == args[2]" }),
		"shifted by 7 and 0":        rules(1, func(int) string { return "setresuid: ruid >> 7 == euid || ruid == suid" }),
		"pairs, 30":                 rules(30, pair(r)),
		"pairs, 100":                rules(100, pair(r)),
		"pairs, 300":                rules(300, pair(r)),
		"sum of bits":               rules(1, func(int) string { return "ioctl: (cmd & 1) + (cmd >> 1 & 1) + (cmd >> 2 & 1) + (cmd >> 3 & 1) == 2" }),
		"big":                       rules(900, func(i int) string { return fmt.Sprintf("#%d: args[%d] == %#x", i%400, i%6, r.Uint64()) }),
		"alignment of a sum":        rules(1, func(int) string { return "mmap: (args[0] + args[1]) & 0xfff == 0" }),
		"checksum":                  rules(1, func(int) string { return "ioctl: (cmd ^ (cmd >> 16)) & 0xffff == 0x1234" }),
		"mixed": rules(1, func(int) string {
			return "mmap: args[0] & 0xfff == 0 && args[1] + args[0] >= args[1] && args[2] in {1, 3, 5}"
		}),
	}
	return list
}

func pair(r *rand.Rand) func(int) string {
	return func(i int) string {
		a, b := r.IntN(6), r.IntN(5)
		if b >= a {
			b++
		}
		return fmt.Sprintf("mmap: args[%d] == %d && args[%d] == %d", a, r.IntN(1000), b, r.IntN(1000))
	}
}

// rules returns a policy of n rules.
func rules(n int, filter func(i int) string) string {
	var b strings.Builder
	b.WriteString("version = 1\ndefault = \"errno(EPERM)\"\n")
	for i := range n {
		fmt.Fprintf(&b, "[[rule]]\naction = %q\nfilters = ['%s']\n", [...]string{"kill_process", "errno(EACCES)"}[i%2], filter(i))
	}
	return b.String()
}

// mayBeTooHard are those of which the way they are compiled decides whether a
// proof is given up; all others must be proved.
var mayBeTooHard = []string{"300 masks, many in others", "quotient 1000000, 64 bits"}

// TestStrength proves what is hard to prove.
func TestStrength(t *testing.T) {
	for name, text := range hard() {
		t.Run(name, func(t *testing.T) {
			p := loaded(t, text, arch.X86_64).Typed
			compiled, err := compiler.Compile(p)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			proved, err := Prove(p, compiled.Program)
			took := time.Since(start)
			var limit *GivenUp
			if err != nil && !(errors.As(err, &limit) && slices.Contains(mayBeTooHard, name)) {
				t.Fatal(err)
			}
			if strings.HasPrefix(name, "pairs") {
				for _, sides := range [2][2]Side{
					{PolicySide(p), ProgramSide(false, compiled.Program)}, {ProgramSide(false, compiled.Program), PolicySide(p)},
				} {
					if d, err := Compare(sides[0], sides[1], nil); err != nil || !d.Equal() {
						t.Errorf("compared: %+v, %v", d, err)
					}
				}
			}
			t.Logf("%s: %d instructions, %d nodes, %v: %v", name, compiled.Program.Len(), proved.Stats().Nodes, took, err)
		})
	}
}

// TestStrategiesAgree tries each strategy alone on programs and on mutants of
// them: none may take for equal what differs.
func TestStrategiesAgree(t *testing.T) {
	var equal, different, unknown [len(strategies)]int
	for seed := range uint64(200) {
		g := policygen.New(seed)
		g.Plain = seed%2 == 0
		p := g.Policy(arch.X86_64)
		compiled, err := compiler.Compile(p)
		if err != nil || compiled.Program.Len() > 400 {
			continue
		}
		programs := []bpf.Program{compiled.Program}
		for range 3 {
			if mutant, ok := mutate(g.Rand, compiled.Program); ok {
				programs = append(programs, mutant)
			}
		}
		for _, program := range programs {
			q := &proof{
				policy: p, program: program, limit: testNodes, d: newDiagrams(testNodes),
				m: newMeaning(nil, nil, p), x: newExecution(program, false),
			}
			grid, err := squares([]component{&policyComponent{q.m}, &programComponent{q.x}})
			if err != nil {
				t.Fatal(err)
			}
			for i := range grid {
				var yes, no bool
				for k, how := range strategies {
					same, known, err := q.try(&grid[i], how)
					var wrong *Mismatch
					switch {
					case !known:
						unknown[k]++
					case same:
						equal[k]++
						yes = true
					case errors.As(err, &wrong):
						different[k]++
						no = true
					default:
						t.Fatalf("seed %d: %v", seed, err)
					}
				}
				if yes && no {
					t.Fatalf("seed %d: strategies contradict each other about %+v", seed, grid[i].region)
				}
			}
		}
	}
	for k, how := range strategies {
		t.Logf("%+v: %d squares equal, %d different, %d not known", how, equal[k], different[k], unknown[k])
		if equal[k] < 1000 || !how.induction && different[k] < 50 {
			t.Error("too few")
		}
	}
}

// TestManyABIs proves programs for several ABIs: as many as there are of one
// byte order, and none for both, which would read other words.
func TestManyABIs(t *testing.T) {
	text := rules(12, func(i int) string {
		return fmt.Sprintf("ioctl: args[1] == %d && (args[2] & 7 == %d || args[0] %% 10 == %d)", i, i%8, i%10)
	})
	for _, abis := range [][]arch.ABI{
		{arch.X86_64, arch.I386, arch.AArch64},
		{arch.X86_64, arch.I386, arch.AArch64, arch.ARM, arch.RISCV64, arch.PPC64LE, arch.LoongArch64, arch.MIPS64EL},
		{arch.X86_64, arch.S390X},
	} {
		p := loaded(t, text, abis...).Typed
		little := p.On(arch.X86_64)
		if !slices.Contains(abis, arch.S390X) {
			little = p
		}
		compiled, err := compiler.Compile(little)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		proved, err := Prove(p, compiled.Program)
		if little == p && err != nil || little != p && (err != errByteOrders || !proved.IsZero()) {
			t.Errorf("%v: %v", abis, err)
		}
		t.Logf("%v: %d instructions, %+v, %v", abis, compiled.Program.Len(), proved.Stats(), time.Since(start))
	}
}
