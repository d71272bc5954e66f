package supervisor

import (
	"sandbox/arch"
	"sandbox/policy/typed"
)

// A key is what denials that are alike have in common.
type key struct {
	program  uint32 // 0: not known
	arch, nr uint32
	rule     *typed.Rule
	args     [6]uint64 // what is judged of them
}

// keyOf returns a denial's key, and whether its caller was gone before it could
// be told which program it runs.
func (d *Denials) keyOf(c *Call, decision typed.Decision, looker Looker) (k key, gone bool) {
	program, err := d.program(c, looker)
	k = key{program: program, arch: c.Arch, nr: c.Nr, rule: decision.Rule}
	j := d.judgedOf(c)
	for i, arg := range c.Args {
		arg &= j.masks[i]
		if arg != 0 && j.pointers>>i&1 != 0 {
			arg = 1
		}
		k.args[i] = arg
	}
	return k, err == ErrGone
}

// A site is a system call of an ABI.
type site struct{ arch, nr uint32 }

// judged is what a policy looks at of the registers of a system call.
type judged struct {
	masks    [6]uint64
	pointers uint8 // bit i: args[i] is an address
}

// maxJudged is how many sites are remembered; programs can call any of 2^32
// numbers.
const maxJudged = 1024

func (d *Denials) judgedOf(c *Call) judged {
	at := site{c.Arch, c.Nr}
	d.mu.Lock()
	defer d.mu.Unlock()
	j, found := d.judged[at]
	if !found {
		j = judge(d.policy, c)
		if len(d.judged) >= maxJudged {
			clear(d.judged)
		}
		d.judged[at] = j
	}
	return j
}

func judge(policy *typed.Policy, c *Call) judged {
	var j judged
	for i := range policy.Layers {
		section := policy.Layers[i].Section(c.Arch)
		if section == nil {
			continue
		}
		for f := range section.Filters {
			if filter := &section.Filters[f]; filter.When != nil && typed.Contains(filter.Numbers, c.Nr) {
				j.condition(filter.When)
			}
		}
	}
	if _, syscall := c.Syscall(); syscall != nil {
		j.findPointers(syscall)
	}
	return j
}

func (j *judged) findPointers(syscall *arch.Syscall) {
	for i := range syscall.Params {
		if p := &syscall.Params[i]; p.Type.Pointer {
			j.pointers |= 1 << p.Low
		}
	}
}

// condition adds what a condition looks at.
func (j *judged) condition(b typed.Bool) {
	typed.EachLeaf(b, func(b typed.Bool) {
		switch b := b.(type) {
		case *typed.Compare:
			j.value(b.X)
			j.value(b.Y)
		case *typed.In:
			j.value(b.X)
		}
	})
}

// value adds what an expression looks at.
func (j *judged) value(x typed.Int) {
	switch x := x.(type) {
	case *typed.Load:
		j.word(x.Low)
		if x.Wide {
			j.word(x.High)
		}
	case *typed.Convert:
		j.value(x.X)
	case *typed.Unary:
		j.value(x.X)
	case *typed.Binary:
		j.value(x.X)
		j.value(x.Y)
	}
}

func (j *judged) word(w typed.Word) {
	if i, high, ok := w.Arg(); ok && high {
		j.masks[i] |= 0xffffffff << 32
	} else if ok {
		j.masks[i] |= 0xffffffff
	}
}

// programs numbers programs by their path, and remembers which threads run
// which.
type programs struct {
	byPath  map[string]uint32 // from 1
	threads [maxThreads]threadProgram
}

const (
	maxPrograms = 256  // all others are one: 0
	maxThreads  = 1024 // a power of 2
)

// A threadProgram is what a thread ran when it made a call at an address.
type threadProgram struct {
	thread  int // 0: none
	ip      uint64
	program uint32
}

// program returns the number of the program that the caller runs. To look for it
// at each call would take several microseconds, and a thread's id alone does not
// tell when it executes another. The address of its call does: a program's code
// is loaded elsewhere each time, or, where it is not, elsewhere than another's.
// Being wrong would put a denial to the count of another program's.
func (d *Denials) program(c *Call, looker Looker) (uint32, error) {
	slot := &d.programs.threads[(uint64(c.Thread)*31+c.IP)%maxThreads]
	d.mu.Lock()
	if slot.thread == c.Thread && slot.ip == c.IP && c.Thread != 0 {
		defer d.mu.Unlock()
		return slot.program, nil
	}
	d.mu.Unlock()
	path, err := looker.Executable(c)
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		return 0, err
	}
	number, found := d.programs.byPath[path]
	if !found && len(d.programs.byPath) < maxPrograms {
		number = uint32(len(d.programs.byPath)) + 1
		if d.programs.byPath == nil {
			d.programs.byPath = make(map[string]uint32)
		}
		d.programs.byPath[path] = number
	}
	*slot = threadProgram{thread: c.Thread, ip: c.IP, program: number}
	return number, nil
}
