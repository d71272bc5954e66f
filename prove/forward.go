package prove

import "sandbox/bpf"

// forward returns what the program returns from an entry on, for the inputs for
// which universe is true, and never elsewhere. It takes the instructions in
// their order: each is executed once for each state in which it is entered, for
// the inputs that get there in that state.
func (x *execution) forward(e *entry, r region, universe diagram) diagram {
	f := forwarder{
		execution: x, region: r,
		states:  make([][]state, x.program.Len()+1),
		reached: make(map[state]diagram),
		result:  never,
	}
	f.enter(x.start(e, r), universe)
	for pc := range f.states {
		for _, s := range f.states[pc] {
			f.execute(s, f.reached[s])
			delete(f.reached, s)
		}
	}
	x.states += f.entered
	return f.result
}

type forwarder struct {
	*execution
	region  region
	states  [][]state         // by instruction
	reached map[state]diagram // by which inputs
	entered int
	result  diagram
}

// enter adds inputs to those that get to a state.
func (f *forwarder) enter(s state, inputs diagram) {
	if inputs == never {
		return
	}
	s = f.normalize(s, f.region)
	before, ok := f.reached[s]
	if !ok {
		if f.entered++; f.entered > maxStates {
			panic(errLimit)
		}
		f.states[s.pc] = append(f.states[s.pc], s)
		before = never
	}
	f.reached[s] = f.d.or(before, inputs)
}

// end says that inputs end with a return value.
func (f *forwarder) end(inputs diagram, value bpf.Return) {
	f.result = f.d.choose(inputs, f.d.outcome(uint32(value.Effective())), f.result)
}

// execute executes one instruction.
func (f *forwarder) execute(s state, inputs diagram) {
	d, in := f.d, f.program.At(s.pc)
	f.at = s.pc
	s.pc++
	switch in.Op {
	case bpf.RetK:
		f.end(inputs, bpf.Return(in.K))
	case bpf.RetA:
		value, ok := constantOf(f.known[s.a])
		if !ok {
			panic(errComputedReturn)
		}
		f.end(inputs, bpf.Return(value))
	case bpf.Ja:
		s.pc += int(in.K)
		f.enter(s, inputs)
	case bpf.JeqK, bpf.JgtK, bpf.JgeK, bpf.JsetK, bpf.JeqX, bpf.JgtX, bpf.JgeX, bpf.JsetX:
		yes, no := s, s
		yes.pc += int(in.Jt)
		no.pc += int(in.Jf)
		holds := f.test(in, s)
		f.enter(yes, d.and(inputs, holds))
		f.enter(no, d.choose(holds, never, inputs))
	case bpf.DivX:
		divides := d.nonzero(f.known[s.x])
		f.end(d.choose(divides, never, inputs), bpf.KillThread)
		if divides != never {
			s.a = f.arithmetic(in, s)
			f.enter(s, d.and(inputs, divides))
		}
	default:
		f.step(in, &s, f.region)
		f.enter(s, inputs)
	}
}
