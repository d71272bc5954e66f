package integration

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/internal/oracle"
	"sandbox/internal/policytest"
	"sandbox/policy"
	"sandbox/prove"
)

// TestLiveKernelSeesFaults plants faults into programs: one constant each is
// changed by one, or in one bit. What TestLiveKernel does must find them, in
// one round, by what the kernel says.
func TestLiveKernelSeesFaults(t *testing.T) {
	native, _ := arch.ForGOARCH(runtime.GOARCH)
	j, err := newJudge(native, roundCalls)
	if err != nil {
		t.Fatal(err)
	}
	defer j.batch.Free()
	const faultsPerProgram = 8
	planted, found := 0, 0
	for n, s := range controls(t, native) {
		source := rand.New(rand.NewPCG(uint64(n), 4))
		if err := j.round(s.policy, s.program, source); err != nil {
			t.Fatalf("%s without a fault: %v", s.name, err)
		}
		for range faultsPerProgram {
			faulty, at := plant(s.program, source)
			var mismatch *prove.Mismatch
			if _, err := prove.Prove(s.policy, faulty); !errors.As(err, &mismatch) {
				continue // the change changes nothing
			}
			if (oracle.Call{I386: mismatch.Call.Arch != native.Audit(), Nr: mismatch.Call.Nr}).Exempt() {
				continue
			}
			planted++
			var d *disagreement
			switch err := j.round(s.policy, faulty, source); {
			case err == nil:
				t.Logf("%s: not found: instruction %d, %v in place of %v, which %v", s.name, at, faulty.At(at), s.program.At(at), mismatch)
			case !errors.As(err, &d):
				t.Fatal(err)
			case d.kernel.Effective() == policytest.ReturnOf(d.decision.Action):
				t.Errorf("%s: the kernel is not what told: %v", s.name, d)
			default:
				found++
			}
		}
	}
	t.Logf("%d of %d faults were found", found, planted)
	if planted < 50 || found < planted*9/10 {
		t.Errorf("%d of %d faults were found", found, planted)
	}
}

// TestJudgeHearsTheKernel has the kernel alone say something else.
func TestJudgeHearsTheKernel(t *testing.T) {
	native, _ := arch.ForGOARCH(runtime.GOARCH)
	j, err := newJudge(native, 100)
	if err != nil {
		t.Fatal(err)
	}
	defer j.batch.Free()
	s := controls(t, native)[0]
	if err := j.round(s.policy, s.program, rand.New(rand.NewPCG(1, 5))); err != nil {
		t.Fatal(err)
	}
	j.batch.Verdicts[99] = bpf.Trap.With(12345)
	d := j.compare(s.policy, s.program)
	if d == nil || !strings.Contains(d.Error(), "the kernel trap(12345)") {
		t.Errorf("got %v", d)
	}
}

// controls returns policies of each kind, none of which looks at the
// instruction pointer: the oracle cannot choose it.
func controls(t *testing.T, native arch.ABI) []specimen {
	t.Helper()
	var specimens []specimen
	for _, name := range []string{"baseline", "offline", "compute", "../policy/testdata/docker.toml"} {
		s, err := newSpecimen(name, policy.Request{Policies: []string{name}, Native: native})
		if err != nil {
			t.Fatal(err)
		}
		specimens = append(specimens, s)
	}
	for round := 2; len(specimens) < 16; round++ {
		if round%4 < 2 {
			continue
		}
		s, err := specimenOf(round, native, nil)
		if err != nil {
			t.Fatal(err)
		}
		looks := slices.ContainsFunc(s.program.Code(), func(in bpf.Instruction) bool {
			return in.Op == bpf.LdWAbs && (in.K == bpf.OffsetIP || in.K == bpf.OffsetIP+4)
		})
		if !looks {
			specimens = append(specimens, s)
		}
	}
	return specimens
}

// plant changes one constant that decides something, and says which.
func plant(p bpf.Program, source *rand.Rand) (faulty bpf.Program, at int) {
	for {
		code := p.Code()
		at = source.IntN(len(code))
		in := &code[at]
		switch in.Op {
		case bpf.JeqK, bpf.JgtK, bpf.JgeK, bpf.JsetK, bpf.AndK, bpf.OrK, bpf.XorK, bpf.AddK, bpf.SubK:
		default:
			continue
		}
		switch source.IntN(3) {
		case 0:
			in.K++
		case 1:
			in.K--
		case 2:
			in.K ^= 1 << source.IntN(32)
		}
		if faulty, err := bpf.Verify(code); err == nil {
			return faulty, at
		}
	}
}
