package main

import "sandbox/arch"

// A syscallJSON is a system call on one ABI.
type syscallJSON struct {
	Name       string      `json:"name"`
	ABI        string      `json:"abi"`
	Number     uint32      `json:"number"`
	Since      string      `json:"since"`
	Parameters []paramJSON `json:"parameters"`
	Groups     []string    `json:"groups"`
}

// A paramJSON is a parameter. High is where the high half of a 64-bit value is
// that stands in two registers.
type paramJSON struct {
	Name     string   `json:"name"`
	Aliases  []string `json:"aliases,omitempty"`
	CType    string   `json:"cType"`
	Type     string   `json:"type"`
	Argument uint8    `json:"argument"`
	High     *uint8   `json:"highArgument,omitempty"`
}

func newSyscallJSON(p placed) syscallJSON {
	s := syscallJSON{
		Name:       p.call.Name,
		ABI:        p.abi.String(),
		Number:     p.call.Number,
		Since:      p.call.Since.String(),
		Parameters: make([]paramJSON, len(p.call.Params)),
		Groups:     groupsOf(p.call),
	}
	for i := range p.call.Params {
		s.Parameters[i] = newParamJSON(&p.call.Params[i])
	}
	if s.Groups == nil {
		s.Groups = []string{}
	}
	return s
}

func newParamJSON(p *arch.Param) paramJSON {
	j := paramJSON{
		Name:     p.Name,
		Aliases:  p.Aliases,
		CType:    p.CType,
		Type:     p.Type.String(),
		Argument: p.Low,
	}
	if p.Split {
		j.High = &p.High
	}
	return j
}
