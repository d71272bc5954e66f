package integration

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/internal/oracle"
	"sandbox/internal/policytest"
	"sandbox/policy/typed"
)

// A judge holds programs to policies: what the evaluator says about a call, the
// emulator must say of the program, and the running kernel, too.
type judge struct {
	entries oracle.Entries
	native  arch.ABI
	batch   *oracle.Batch
	calls   []typed.Call // as a filter sees those of the batch
	want    []bpf.Return
	tally   tally
}

// A tally counts what a judge did.
type tally struct {
	calls, int80                        int
	longest                             int // program, in instructions
	filters, reached                    int // of the policies; those that decided a call
	making, asking, deciding, emulating time.Duration
}

// A disagreement is about one call.
type disagreement struct {
	call             typed.Call
	decision         typed.Decision
	emulator, kernel bpf.Return
}

func (d *disagreement) Error() string {
	abi, _ := arch.ByAudit(d.call.Arch)
	return fmt.Sprintf("%v call: number %d, ip %#x, arguments %#x: the evaluator says %v (rule %q), the emulator %v, the kernel %v",
		abi, int32(d.call.Nr), d.call.IP, d.call.Args, d.decision.Action, d.decision.Rule.Name, d.emulator, d.kernel)
}

// newJudge returns a judge of so many calls in each round. The caller frees its
// batch.
func newJudge(native arch.ABI, calls int) (*judge, error) {
	entries, err := oracle.FindEntries()
	if err != nil {
		return nil, err
	}
	batch, err := oracle.NewBatch(calls)
	if err != nil {
		return nil, err
	}
	return &judge{
		entries: entries, native: native, batch: batch,
		calls: make([]typed.Call, calls), want: make([]bpf.Return, calls),
	}, nil
}

// round tries one batch of calls. The error is a *disagreement unless the
// kernel could not be asked.
func (j *judge) round(p *typed.Policy, program bpf.Program, source *rand.Rand) error {
	start := time.Now()
	j.makeCalls(p, source)
	made := time.Now()
	if err := j.batch.Ask(program); err != nil {
		return err
	}
	asked := time.Now()
	j.decide(p)
	decided := time.Now()
	if d := j.compare(p, program); d != nil {
		return d
	}
	j.tally.making += made.Sub(start)
	j.tally.asking += asked.Sub(made)
	j.tally.deciding += decided.Sub(asked)
	j.tally.emulating += time.Since(decided)
	j.tally.calls += len(j.calls)
	j.tally.longest = max(j.tally.longest, program.Len())
	return nil
}

// compare returns the first call about which not all say the same.
func (j *judge) compare(p *typed.Policy, program bpf.Program) *disagreement {
	bigEndian := j.native.BigEndian()
	for i := range j.calls {
		c := &j.calls[i]
		emulator, _ := program.Run(&bpf.Data{Nr: c.Nr, Arch: c.Arch, IP: c.IP, Args: c.Args}, bigEndian)
		kernel := j.batch.Verdicts[i]
		if emulator.Effective() != j.want[i] || kernel.Effective() != j.want[i] {
			return &disagreement{*c, p.Decide(c), emulator, kernel}
		}
	}
	return nil
}

// makeCalls fills the batch: each number that is worth a call by each entry,
// and then what chance wants. int 0x80 takes as long as dozens of native calls
// on virtual machines, so it gets a share that fits: more where the policy has
// something to say about it.
func (j *judge) makeCalls(p *typed.Policy, source *rand.Rand) {
	const rarely, often = 256, 32
	var aims []aim
	for _, abi := range enterable(j.native) {
		aims = append(aims, newAim(p, abi, source))
	}
	n := 0
	for _, a := range aims {
		for i := range a.spots {
			if n < len(j.calls) && j.put(n, a.at(&a.spots[i])) {
				n++
			}
		}
	}
	share := uint32(rarely)
	if slices.Contains(p.ABIs(), arch.I386) {
		share = often
	}
	for n < len(j.calls) {
		a := aims[0]
		if source.Uint32()%share == 0 {
			a = aims[len(aims)-1]
		}
		if j.put(n, a.call()) {
			n++
		}
	}
}

// enterable returns the ABIs by which a kernel of the native ABI's can be
// entered, that one first.
func enterable(native arch.ABI) []arch.ABI {
	if native == arch.X86_64 {
		return []arch.ABI{arch.X86_64, arch.I386}
	}
	return []arch.ABI{native}
}

// put makes c call i of the batch, and reports whether the kernel can be asked
// about it.
func (j *judge) put(i int, c typed.Call) bool {
	asked := oracle.Call{I386: c.Arch != j.native.Audit(), Nr: c.Nr, Args: c.Args}
	if asked.Exempt() {
		return false
	}
	if asked.I386 {
		j.tally.int80++
	}
	seen := j.entries.Data(asked)
	j.batch.Calls[i] = asked
	j.calls[i] = typed.Call{Nr: seen.Nr, Arch: seen.Arch, IP: seen.IP, Args: seen.Args}
	return true
}

// decide asks the evaluator, and counts the filters that decided.
func (j *judge) decide(p *typed.Policy) {
	reached := make(map[*typed.Filter]bool)
	for i := range j.calls {
		d := p.Decide(&j.calls[i])
		j.want[i] = policytest.ReturnOf(d.Action)
		if d.Filter != nil {
			reached[d.Filter] = true
		}
	}
	j.tally.reached += len(reached)
	for i := range p.Layers {
		for _, section := range p.Layers[i].ABIs {
			j.tally.filters += len(section.Filters)
		}
	}
}
