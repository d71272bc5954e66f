package main

import (
	"strconv"
	"time"

	"sandbox/arch"
	"sandbox/arch/decode"
	"sandbox/launcher/supervisor"
	"sandbox/policy/typed"
)

// A denialJSON is a denied call: the first of those that are alike.
type denialJSON struct {
	Event   string `json:"event,omitempty"`
	Process int    `json:"process,omitempty"`
	Thread  int    `json:"thread,omitempty"`
	Program string `json:"program,omitempty"`
	Name    string `json:"name,omitempty"`
	Unseen  string `json:"unseen,omitempty"`

	Call      string      `json:"call"`
	Syscall   string      `json:"syscall,omitempty"`
	Number    uint32      `json:"number"`
	ABI       string      `json:"abi,omitempty"`
	Registers [6]string   `json:"registers"`
	Seen      []sightJSON `json:"seen,omitempty"`
	Unread    string      `json:"unread,omitempty"`

	Enforced bool `json:"enforced"`
	verdictJSON
	Layer   string     `json:"layer"`
	Filters []stepJSON `json:"filters,omitempty"`
	Edit    *editJSON  `json:"edit,omitempty"`
	Count   uint64     `json:"count,omitempty"`
	First   string     `json:"first,omitempty"`
	Last    string     `json:"last,omitempty"`
}

// A sightJSON is what an argument stood for when somebody looked. Nothing was
// judged by it.
type sightJSON struct {
	Argument  int      `json:"argument"`
	Parameter string   `json:"parameter,omitempty"`
	Kind      string   `json:"kind"`
	Family    string   `json:"family,omitempty"`
	Texts     []string `json:"texts"`
	Cut       bool     `json:"cut,omitempty"`
	Directory string   `json:"directory,omitempty"`
}

// json returns the report for programs.
func (r *report) json(policy *typed.Policy) denialJSON {
	d := r.denial
	call := &d.Call.Call
	abi, known := arch.ByAudit(call.Arch)
	e := explainer{policy: policy, abi: abi}
	layer := &policy.Layers[d.Decision.Layer]
	j := denialJSON{
		Thread:      d.Call.Thread,
		Call:        callText(call),
		Number:      call.Nr,
		Enforced:    r.enforced,
		verdictJSON: e.verdict(d.Decision),
		Layer:       layer.Name,
	}
	if d.Seen != nil {
		j.Process, j.Program, j.Name = d.Seen.Process, d.Seen.Exe, d.Seen.Comm
		if d.Seen.Unread != nil {
			j.Unread = d.Seen.Unread.Error()
		}
	} else if d.Unseen != nil {
		j.Unseen = d.Unseen.Error()
	}
	if known {
		j.ABI = abi.String()
		j.Filters = e.stepsJSON(call, layer.Explain(call))
	}
	for i, value := range call.Args {
		j.Registers[i] = "0x" + strconv.FormatUint(value, 16)
	}
	if _, syscall := d.Call.Syscall(); syscall != nil {
		j.Syscall = syscall.Name
		j.Seen = sightsJSON(d.Seen, syscall)
	}
	if r.advice != nil {
		j.Edit = newEditJSON(r.advice, &d.Decision)
	}
	return j
}

func sightsJSON(seen *supervisor.Seen, syscall *arch.Syscall) []sightJSON {
	if seen == nil {
		return nil
	}
	var list []sightJSON
	for i := range seen.Objects {
		o := &seen.Objects[i]
		if len(o.Texts) == 0 && o.Family == "" {
			continue
		}
		j := sightJSON{Argument: o.Register, Kind: kindName(o.Kind), Family: o.Family, Texts: o.Texts, Cut: o.Cut}
		if o.Kind == decode.Path {
			j.Directory = seen.Directory
		}
		if p, ok := syscall.ParamIn(o.Register); ok {
			j.Parameter = p.Name
		}
		list = append(list, j)
	}
	return list
}

// kindName returns what the texts of an argument are.
func kindName(k decode.Kind) string {
	switch k {
	case decode.Path:
		return "path"
	case decode.Descriptor:
		return "descriptor"
	case decode.SocketAddress:
		return "address"
	case decode.Strings:
		return "strings"
	}
	return "text"
}

// timeText returns a time as JSON has it.
func timeText(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
