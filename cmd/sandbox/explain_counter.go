package main

import (
	"errors"
	"fmt"

	"sandbox/internal/policytest"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// A counterJSON is the nearest call that is allowed, in place of one that is
// denied. If there is none, it has only that.
type counterJSON struct {
	Found   bool          `json:"found"`
	Call    string        `json:"call,omitempty"`
	Action  string        `json:"action,omitempty"`
	Changed []changedJSON `json:"changed,omitempty"`

	number uint32
}

// A changedJSON is an argument that has another value there. The values are
// those of the whole register.
type changedJSON struct {
	Argument  int    `json:"argument"`
	Parameter string `json:"parameter,omitempty"`
	From      string `json:"from"`
	To        string `json:"to"`
}

// counter returns the nearest allowed call in the words of the one that was
// given, or nil if that was not asked for or
// the call is allowed itself.
func (e *explainer) counter(text string, call *typed.Call) (*counterJSON, error) {
	switch e.policy.Decide(call).Action.Kind {
	case typed.Allow, typed.Log:
		return nil, nil
	}
	if !e.counters {
		return nil, nil
	}
	near, found, err := policytest.Nearest(e.policy, call)
	if limit := (*prove.GivenUp)(nil); errors.As(err, &limit) {
		return nil, fail("what the policy says about this system call is too complex to find a call that is allowed")
	}
	if err != nil {
		return nil, err
	}
	c := &counterJSON{Found: found, number: call.Nr}
	if !found {
		return c, nil
	}
	w := callWriter{abi: e.abi, policy: e.policy}
	w.give(text, call)
	c.Call = w.call(&near)
	c.Action = actionName(e.abi, e.policy.Decide(&near).Action)
	if w.isOnce(&near) {
		return c, nil // its registers are no values that anybody could give
	}
	for i := range near.Args {
		if was, is := call.Args[i], near.Args[i]; was != is {
			c.Changed = append(c.Changed, changedJSON{
				Argument:  i,
				Parameter: e.parameter(call.Nr, i),
				From:      w.register(call, i),
				To:        w.register(&near, i),
			})
		}
	}
	return c, nil
}

// parameter returns the name of the parameter in a register, or "".
func (e *explainer) parameter(nr uint32, register int) string {
	s, ok := e.abi.Numbered(nr)
	if !ok {
		return ""
	}
	for i := range s.Params {
		p := &s.Params[i]
		if int(p.Low) == register || p.Split && int(p.High) == register {
			return p.Name
		}
	}
	return ""
}

// writeCounter answers in text.
func (e *explainer) writeCounter(c *counterJSON) {
	if !c.Found {
		name := fmt.Sprintf("number %d", c.number)
		if s, ok := e.abi.Numbered(c.number); ok {
			name = s.Name
		}
		e.answer("no call of %s is allowed, whatever its arguments", name)
		return
	}
	verdict := "allowed"
	if c.Action != "allow" {
		verdict += " (" + c.Action + ")"
	}
	e.answer("the nearest call that is %s: %s", verdict, c.Call)
	for _, changed := range c.Changed {
		name := fmt.Sprintf("args[%d]", changed.Argument)
		if changed.Parameter != "" {
			name = changed.Parameter
		}
		e.answer("  %s: %s instead of %s", name, changed.To, changed.From)
	}
}
