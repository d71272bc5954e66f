package main

import (
	"bufio"
	"bytes"
	"fmt"
	"path"
	"strconv"
	"strings"

	"sandbox/arch"
	"sandbox/arch/decode"
	"sandbox/internal/amend"
	"sandbox/launcher/supervisor"
	"sandbox/policy/typed"
)

// A report is what is told of a denied call. What comes from the program is
// escaped wherever it is shown: it can be any bytes.
type report struct {
	denial   *supervisor.Denial
	advice   *amend.Suggestion // nil: none was looked for
	enforced bool              // otherwise the call went on
	again    bool              // the same filter denied another call before
}

// text returns the report for people, each line ended.
func (r *report) text(policy *typed.Policy) []byte {
	var b bytes.Buffer
	u := &ui{out: bufio.NewWriter(&b), err: &b}
	call, decision := &r.denial.Call.Call, &r.denial.Decision
	abi, known := arch.ByAudit(call.Arch)
	u.say("%s %s %s: %s", r.who(), r.verb(), callText(call), actionName(abi, decision.Action))
	for _, sight := range r.sights() {
		u.answer("  seen, not judged: %s", oneLine(sight))
	}
	if seen := r.denial.Seen; seen != nil && seen.Unread != nil {
		u.answer("  not seen: %v", seen.Unread)
	}
	if known {
		e := explainer{ui: u, policy: policy, abi: abi}
		if !r.again || decision.Filter != nil && decision.Filter.Text == "" {
			e.rule("  ", decision.Rule)
		}
		r.steps(&e, &policy.Layers[decision.Layer])
	}
	_ = u.out.Flush() // to memory

	if r.advice != nil && (r.advice.Filter != "" || !r.again) { // why there is no edit is said once
		for _, hint := range suggestionHints(r.advice, decision) {
			u.hint(hint)
		}
	}
	return b.Bytes()
}

// verb says what became of the call.
func (r *report) verb() string {
	if r.enforced {
		return "was denied"
	}
	return "would be denied"
}

// who names the caller: "/usr/bin/curl (process 12, thread 14)".
func (r *report) who() string {
	seen := r.denial.Seen
	if seen == nil {
		who := "a process"
		if r.denial.Call.Thread != 0 {
			who = fmt.Sprintf("thread %d", r.denial.Call.Thread)
		}
		return fmt.Sprintf("%s (%v)", who, r.denial.Unseen)
	}
	of := fmt.Sprintf("process %d", seen.Process)
	if seen.Thread != seen.Process {
		of += fmt.Sprintf(", thread %d", seen.Thread)
	}
	switch {
	case seen.Exe == "":
		return strconv.Quote(seen.Comm) + " (" + of + ")"
	case !strings.HasPrefix(path.Base(seen.Exe), seen.Comm): // a script, or a thread with a name
		of += ", named " + strconv.Quote(seen.Comm)
	}
	return plain(seen.Exe) + " (" + of + ")"
}

// callText writes a call with what the kernel takes its registers for.
func callText(call *typed.Call) string {
	abi, ok := arch.ByAudit(call.Arch)
	if !ok {
		return fmt.Sprintf("call %d of architecture %#x", int32(call.Nr), call.Arch)
	}
	known, ok := abi.Numbered(call.Nr)
	text := "#" + number(call.Nr)
	if ok {
		text = known.Name
	}
	var arguments []string
	for i := range decode.Registers(known) {
		arguments = append(arguments, decode.Argument(abi, known, i, &call.Args))
	}
	text += "(" + strings.Join(arguments, ", ") + ")"
	if native, err := nativeABI(); err != nil || native != abi {
		text += " of " + abi.String()
	}
	return text
}

// sights says what stood behind the arguments when somebody looked.
func (r *report) sights() []string {
	_, known := r.denial.Call.Syscall()
	if r.denial.Seen == nil || known == nil {
		return nil
	}
	var texts []string
	for i := range r.denial.Seen.Objects {
		o := &r.denial.Seen.Objects[i]
		p, ok := known.ParamIn(o.Register)
		if text := sightText(o, r.denial.Seen.Directory); ok && text != "" {
			texts = append(texts, p.Name+" "+text)
		}
	}
	return texts
}

// longestSight is how many bytes of a text a report shows.
const longestSight = 200

// sightText says what one argument stood for, or "".
func sightText(o *supervisor.Object, directory string) string {
	cut := ""
	if o.Cut {
		cut = "..."
	}
	switch o.Kind {
	case decode.Descriptor:
		if o.Text() == "" {
			return ""
		}
		return "is " + plain(shortened(o.Text()))
	case decode.SocketAddress:
		return strings.TrimSpace(o.Family + " " + plain(shortened(o.Text())))
	case decode.Strings:
		var list []string
		for _, text := range o.Texts {
			list = append(list, strconv.Quote(shortened(text)))
		}
		if len(list) == 0 {
			return ""
		}
		return strings.Join(list, " ") + cut
	}
	if len(o.Texts) == 0 {
		return ""
	}
	text := strconv.Quote(shortened(o.Text())) + cut
	if o.Kind == decode.Path && directory != "" && !strings.HasPrefix(o.Text(), "/") {
		text += " in " + plain(shortened(directory))
	}
	return text
}

// plain returns a text of the program as it is if it cannot be taken for ours,
// and otherwise in quotes.
func plain(text string) string {
	ours := func(r rune) bool { return special(r) && !strings.ContainsRune("[]~", r) }
	if strings.ContainsFunc(text, ours) {
		return strconv.Quote(text)
	}
	return text
}

func shortened(text string) string {
	if len(text) <= longestSight {
		return text
	}
	return text[:longestSight] + "..."
}

// What a report shows of filters.
const (
	mostPassedBy = 3   // filters that would have allowed the call
	longestText  = 160 // bytes of a filter
)

// steps writes the filter that denies; or, of a denial by default, those that
// allow the call under conditions, and which of these did not hold.
func (r *report) steps(e *explainer, layer *typed.Layer) {
	steps := layer.Explain(&r.denial.Call.Call)
	if len(steps) == 0 {
		return
	}
	if last := steps[len(steps)-1]; last.Filter.Text != "" {
		r.step(e, last)
		return
	}
	passedBy := 0
	for _, step := range steps {
		if step.Filter.Rule.Action.Kind > typed.Log {
			continue
		}
		if passedBy < mostPassedBy {
			r.step(e, step)
		}
		passedBy++
	}
	if passedBy > mostPassedBy {
		e.answer("  and %d more that do not match", passedBy-mostPassedBy)
	}
}

// step writes a filter, and the predicates that made it match or not.
func (r *report) step(e *explainer, step typed.Step) {
	filter := *step.Filter
	if text := oneLine(filter.Text); len(text) > longestText {
		filter.Text = text[:longestText] + " ..."
	}
	step.Filter = &filter
	if r.again && step.Matched {
		e.answer("  filter %s matches, as before", placeOf(filter.At))
	} else {
		e.answer("  %s", stepWords(step))
	}
	deciding := 0
	for _, outcome := range step.Outcomes {
		if outcome.Held == step.Matched {
			deciding++
		}
	}
	for _, outcome := range step.Outcomes {
		if outcome.Held == step.Matched || deciding == 0 {
			e.outcome("    ", &r.denial.Call.Call, outcome)
		}
	}
}
