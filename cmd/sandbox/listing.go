package main

import (
	"strings"

	"sandbox/arch"
	"sandbox/bpf"
)

// Notes that say which ABI or system call a constant in a program stands for.
// Jumps go forward only, so one walk over the program finds what the
// accumulator holds before each instruction, and which ABI was found.

// A knowledge is what is known before an instruction runs.
type knowledge struct {
	reached bool
	holds   uint32   // the byte offset in struct seccomp_data that A was loaded from, or nothing
	abi     arch.ABI // of the call; zero: not known
}

// nothing is the offset that no load reads.
const nothing = ^uint32(0)

// join is what is known where two ways meet; k is reached.
func (k knowledge) join(other knowledge) knowledge {
	if !other.reached {
		return k
	}
	if k.holds != other.holds {
		k.holds = nothing
	}
	if k.abi != other.abi {
		k.abi = 0
	}
	return k
}

// constantNotes returns a note for each instruction, "" for most.
func constantNotes(code []bpf.Instruction, abi arch.ABI) []string {
	notes := make([]string, len(code))
	states := make([]knowledge, len(code)+1)
	states[0] = knowledge{reached: true, holds: nothing, abi: abi}
	for i, in := range code {
		state := states[i]
		if !state.reached {
			continue
		}
		next := state
		switch in.Op {
		case bpf.LdWAbs:
			next.holds = in.K
		case bpf.JeqK, bpf.JgtK, bpf.JgeK, bpf.JsetK:
			yes := state
			notes[i], yes.abi = compared(in, state)
			states[skip(i, uint32(in.Jt), code)] = yes.join(states[skip(i, uint32(in.Jt), code)])
			states[skip(i, uint32(in.Jf), code)] = state.join(states[skip(i, uint32(in.Jf), code)])
			continue
		case bpf.Ja:
			states[skip(i, in.K, code)] = state.join(states[skip(i, in.K, code)])
			continue
		case bpf.RetK, bpf.RetA:
			continue
		case bpf.St, bpf.Stx, bpf.Tax, bpf.LdxImm, bpf.LdxMem, bpf.LdxLen:
		default:
			next.holds = nothing
		}
		states[i+1] = next.join(states[i+1])
	}
	return notes
}

// skip returns where a jump over n instructions leads, or past the end.
func skip(i int, n uint32, code []bpf.Instruction) int {
	return int(min(uint64(i)+1+uint64(n), uint64(len(code))))
}

// compared returns what a comparison's constant stands for, and the ABI of
// calls for which it holds.
func compared(in bpf.Instruction, state knowledge) (note string, abi arch.ABI) {
	switch {
	case state.holds == bpf.OffsetArch && in.Op == bpf.JeqK:
		if found, ok := arch.ByAudit(in.K); ok {
			return found.String(), found
		}
	case state.holds == bpf.OffsetNr && in.K == arch.X32Bit && in.Op == bpf.JgeK:
		return "x32", state.abi
	case state.holds == bpf.OffsetNr && state.abi != 0 && in.Op != bpf.JsetK:
		if call, ok := state.abi.Numbered(in.K); ok {
			return call.Name, state.abi
		}
	}
	return "", state.abi
}

// joinNotes joins the notes that are not empty.
func joinNotes(notes ...string) string {
	var b strings.Builder
	for _, note := range notes {
		if note == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("  ")
		}
		b.WriteString(note)
	}
	return b.String()
}
