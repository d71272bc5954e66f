package filter

import (
	"iter"
	"slices"
	"strings"

	"sandbox/internal/diag"
)

// actions are the names of actions and whether they take a value.
var actions = [...]struct {
	name  string
	value string // an example of it; "": takes none
}{
	{"allow", ""},
	{"log", ""},
	{"deny", ""},
	{"errno", "EPERM"},
	{"kill_process", ""},
	{"kill_thread", ""},
	{"trap", "0"},
	{"trace", "0"},
	{"notify", ""},
}

// foreignActions are names that other tools give to actions.
var foreignActions = [...]struct{ name, ours string }{
	{"accept", "allow"},
	{"audit", "log"},
	{"block", "deny"},
	{"kill", "kill_process"},
	{"ok", "allow"},
	{"permit", "allow"},
	{"refuse", "deny"},
	{"reject", "deny"},
	{"ret_errno", "errno"},
	{"user_notif", "notify"},
}

const actionList = "allow, log, deny, errno(E), kill_process, kill_thread, trap(n), trace(n) and notify"

func actionNames() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range actions {
			if !yield(actions[i].name) {
				return
			}
		}
	}
}

func isAction(name string) bool {
	for n := range actionNames() {
		if n == name {
			return true
		}
	}
	return false
}

// meantAction returns the action that a name that is none was meant to be.
func meantAction(name string) (action string, ok bool) {
	if ours, ok := ForeignAction(name); ok {
		return ours, true
	}
	return diag.Nearest(bareAction(name), actionNames())
}

// ForeignAction returns the action that other tools call by a name, in letters
// of any case: kill_process for KILL and SCMP_ACT_KILL.
func ForeignAction(name string) (action string, ok bool) {
	name = bareAction(name)
	for _, f := range foreignActions {
		if f.name == name {
			return f.ours, true
		}
	}
	return name, isAction(name)
}

// bareAction returns the name of an action without what libraries put before
// it.
func bareAction(name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(name), "scmp_act_"), "seccomp_ret_")
}

// looksLikeErrno reports whether a name is written as those of errno(3) are.
func looksLikeErrno(name string) bool {
	return len(name) > 2 && name[0] == 'E' && strings.ToUpper(name) == name
}

// action parses an action. The token at hand is a name.
func (p *parser) action() *Action {
	name := p.tok
	text := p.source(name)
	a := &Action{Name: text, NameAt: p.span(name)}
	if !isAction(text) {
		p.unknownAction(name)
	}
	if p.advance(); p.tok.kind == tokOpenParen {
		open := p.tok
		p.advance()
		if p.tok.kind == tokCloseParen {
			p.errorf(diag.ActionValue, open.start, p.tok.end, "%s() has no value", short(text)).Hintf("write %s", withValue(short(text)))
		} else {
			a.Arg = p.actionValue(text)
		}
		p.close(open, tokCloseParen)
	}
	a.At = p.text.Span(name.start, p.last.end)
	p.checkValue(a)
	return a
}

// actionValue parses the value of an action. Expressions are parsed for what
// they are, to say of them as a whole that they are none.
func (p *parser) actionValue(action string) Expr {
	x := p.expr()
	switch x.(type) {
	case *Name, *Number:
		return x
	}
	if action == "errno" {
		p.errorAt(diag.ActionNumber, x.Span(), "errno takes a name such as EPERM or a number, not an expression").
			Hintf("write errno(EPERM)")
		return x
	}
	p.errorAt(diag.ActionNumber, x.Span(), "%s takes a number, not an expression", short(action))
	return x
}

func (p *parser) unknownAction(name token) {
	text := p.source(name)
	d := p.errorf(diag.UnknownAction, name.start, name.end, "unknown action %s", short(text))
	switch meant, ok := meantAction(text); {
	case ok:
		d.Hintf("did you mean %s?", withValue(meant))
	case looksLikeErrno(text):
		d.Hintf("to fail with an error write errno(%s)", short(text))
	default:
		d.Hintf("actions are %s", actionList)
	}
}

// withValue returns an action's name with an example of its value.
func withValue(name string) string {
	for i := range actions {
		if actions[i].name == name && actions[i].value != "" {
			return name + "(" + actions[i].value + ")"
		}
	}
	return name
}

// checkValue reports a value that is missing or too much.
func (p *parser) checkValue(a *Action) {
	i := slices.IndexFunc(actions[:], func(known struct{ name, value string }) bool { return known.name == a.Name })
	if i < 0 || len(p.diags) > 0 {
		return
	}
	switch takes := actions[i].value != ""; {
	case takes && a.Arg == nil:
		value := actions[i].value
		if p.tok.kind == tokNumber || p.tok.kind == tokName && p.source(p.tok)[0] == 'E' {
			value = p.source(p.tok) // "errno EACCES"
		}
		p.errorAt(diag.ActionValue, a.NameAt, "%s needs a value", a.Name).Hintf("write %s(%s)", a.Name, short(value))
	case !takes && a.Arg != nil:
		d := p.errorAt(diag.ActionValue, a.At, "%s takes no value", a.Name)
		if a.Name == "deny" {
			d.Hintf("deny is errno(EPERM); for another error write errno(%s)", Print(a.Arg))
		} else {
			d.Hintf("write %s", a.Name)
		}
	}
}

func (p *parser) wholeAction() *Action {
	if p.tok.kind != tokName {
		p.unexpected(diag.UnknownAction, "an action").Hintf("actions are %s", actionList)
		return nil
	}
	a := p.action()
	if len(p.diags) == 0 {
		if d := p.expectEnd(diag.TrailingText, "the end"); d != nil {
			d.Hintf("an action stands alone: system calls stand in filters")
		}
	}
	return a
}

// A rule is what -e takes.
type rule struct {
	action *Action
	filter *Filter
}

func (p *parser) rule() (r rule) {
	if p.tok.kind == tokName && p.startsAction() {
		r.action = p.action()
		if p.tok.kind == tokName && isAction(p.source(p.tok)) {
			p.errorf(diag.SecondAction, p.tok.start, p.tok.end, "a second action, after %s", short(r.action.Name)).
				Hintf("write a rule for each")
			return r
		}
		if p.tok.kind == tokEnd || p.tok.kind == tokColon || p.tok.kind == tokComma {
			action := withValue(r.action.Name)
			d := p.errorf(diag.NoSystemCall, p.tok.start, p.tok.end, "expected a system call after the action %s, found %s", short(r.action.Name), p.describe(p.tok)).
				Hintf("say which calls: %s openat, or %s * for all", action, action)
			if p.tok.kind == tokEnd {
				d.Hintf("a rule on a command line is one word, in quotes: -e '%s openat'", action)
			}
			return r
		}
	}
	r.filter = p.filter()
	return r
}

// startsAction reports whether the name at hand is an action, or was meant to
// be one: no system call is called like an action, and what looks like a
// misspelt one counts if system calls follow as after an action.
func (p *parser) startsAction() bool {
	text := p.source(p.tok)
	if isAction(text) {
		return true
	}
	if _, ok := meantAction(text); !ok && !looksLikeErrno(text) {
		return false
	}
	after := *p
	after.quiet = true
	if after.advance(); after.tok.kind == tokOpenParen {
		return true
	}
	return after.startsSelector() && !after.startsCondition()
}
