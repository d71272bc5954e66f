package main

import (
	"strconv"

	"sandbox/arch"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// A changeJSON is calls that two sides decide differently. Counts are decimal,
// as they are larger than the numbers of most readers of JSON.
type changeJSON struct {
	ABI       string      `json:"abi,omitempty"` // "": no ABI that a side serves
	Archs     []rangeJSON `json:"archs"`
	Numbers   []rangeJSON `json:"numbers"`
	Calls     []string    `json:"calls,omitempty"` // the numbers that are in the table
	From      string      `json:"from"`
	To        string      `json:"to"`
	Wider     bool        `json:"wider"`               // the second side lets pass, or others decide about, what the first does not
	Condition string      `json:"condition,omitempty"` // "": all calls of these numbers
	Complete  bool        `json:"complete"`            // the condition says which calls exactly
	Count     string      `json:"count"`               // inputs: calls of each arch and number
	Witness   witnessJSON `json:"witness"`
}

type rangeJSON struct {
	First uint32 `json:"first"`
	Last  uint32 `json:"last"`
}

// A witnessJSON is one call, as a filter sees it. 64-bit values are in
// hexadecimal, as not all readers of JSON keep them.
type witnessJSON struct {
	Call string   `json:"call,omitempty"`
	Arch uint32   `json:"arch"`
	Nr   uint32   `json:"nr"`
	IP   string   `json:"ip"`
	Args []string `json:"args"`
}

// An openJSON is calls that were not compared.
type openJSON struct {
	ABI     string      `json:"abi,omitempty"`
	Archs   []rangeJSON `json:"archs"`
	Numbers []rangeJSON `json:"numbers"`
	Open    string      `json:"open"` // why
}

// json answers for programs.
func (d *differences) json(changes []prove.Change, open []prove.Open) error {
	for i := range changes {
		if err := d.answerJSON(newChangeJSON(&changes[i])); err != nil {
			return err
		}
	}
	for i := range open {
		o := &open[i]
		answer := openJSON{Archs: archRanges(o.Archs), Numbers: numberRanges(o.Numbers), Open: o.GivenUp.Error()}
		if abi, ok := o.ABI(); ok {
			answer.ABI = abi.String()
		}
		if err := d.answerJSON(answer); err != nil {
			return err
		}
	}
	return nil
}

func newChangeJSON(c *prove.Change) changeJSON {
	abi, known := c.ABI()
	out := changeJSON{
		Archs:    archRanges(c.Archs),
		Numbers:  numberRanges(c.Numbers),
		From:     actionName(abi, c.From),
		To:       actionName(abi, c.To),
		Wider:    c.Wider(),
		Complete: c.Condition.Complete(),
		Count:    c.Count.String(),
		Witness:  newWitnessJSON(&c.Call),
	}
	if known {
		out.ABI = abi.String()
	}
	for _, r := range c.Numbers {
		for _, call := range abi.Syscalls() {
			if r.First <= call.Number && call.Number <= r.Last {
				out.Calls = append(out.Calls, call.Name)
			}
		}
	}
	if c.Condition.Op != prove.Any {
		out.Condition = conditionText(c)
	}
	return out
}

func newWitnessJSON(c *typed.Call) witnessJSON {
	out := witnessJSON{Arch: c.Arch, Nr: c.Nr, IP: hexadecimal(c.IP)}
	for _, v := range c.Args {
		out.Args = append(out.Args, hexadecimal(v))
	}
	if abi, ok := arch.ByAudit(c.Arch); ok {
		out.Call = (&callWriter{abi: abi}).call(c)
	}
	return out
}

func archRanges(ranges []prove.ArchRange) []rangeJSON {
	out := make([]rangeJSON, len(ranges))
	for i, r := range ranges {
		out[i] = rangeJSON(r)
	}
	return out
}

func numberRanges(ranges []typed.NumberRange) []rangeJSON {
	out := make([]rangeJSON, len(ranges))
	for i, r := range ranges {
		out[i] = rangeJSON(r)
	}
	return out
}

func hexadecimal(v uint64) string { return "0x" + strconv.FormatUint(v, 16) }
