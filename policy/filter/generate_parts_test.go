package filter

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func (g *generator) action() piece {
	switch name := pick(g, "allow", "log", "deny", "kill_process", "kill_thread", "notify", "errno", "trap", "trace"); name {
	case "errno", "trap", "trace":
		x := pick(g, piece{"EPERM", "EPERM"}, piece{"x", "x"}, piece{"0x7", "0x7"}, piece{"017", "017"})
		return piece{g.join(name, "(", x.text, ")"), list(name, x.dump)}
	default:
		return piece{name, name}
	}
}

func (g *generator) call() piece {
	name := pick(g, piece{"open", "open"}, piece{"not", "not"}, piece{"#257", "#0x101"}, piece{"#-1", "#0xffffffff"})
	texts, args := []string{name.text, "("}, []string{}
	for i := range g.IntN(maxArgs + 1) {
		if i > 0 {
			texts = append(texts, ",")
		}
		x := g.expr()
		texts, args = append(texts, x.text), append(args, x.dump)
	}
	return piece{g.join(append(texts, ")")...), list("call", append([]string{name.dump}, args...)...)}
}

func (g *generator) signature() piece {
	name := pick(g, "only", "is", "args", "_")
	texts, params := []string{name, "("}, []string{}
	for i := range g.IntN(4) {
		if i > 0 {
			texts = append(texts, ",")
		}
		param := pick(g, "x", "flags", "x86", "mod")
		texts, params = append(texts, param), append(params, param)
	}
	return piece{g.join(append(texts, ")")...), name + "(" + strings.Join(params, ", ") + ")"}
}

// What is written along the other productions of the grammar parses to its
// tree, too.
func TestGeneratedParts(t *testing.T) {
	for seed := range uint64(5000) {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 3)), fuel: 20}
		act, filter, call, signature := g.action(), g.filter(), g.call(), g.signature()

		a, f, diags := ParseRule(text(g.join(act.text, filter.text)))
		if len(diags) > 0 || dumpAction(a) != act.dump || dumpFilter(f) != filter.dump {
			t.Fatalf("seed %d: rule %q %q:\n%s", seed, act.text, filter.text, show(diags))
		}
		if a, diags := ParseAction(text(act.text)); len(diags) > 0 || dumpAction(a) != act.dump {
			t.Fatalf("seed %d: action %q:\n%s", seed, act.text, show(diags))
		}
		if c, diags := ParseCall(text(call.text)); len(diags) > 0 || dumpCall(c) != call.dump {
			t.Fatalf("seed %d: call %q:\n%s", seed, call.text, show(diags))
		}
		if s, diags := ParseSignature(text(signature.text)); len(diags) > 0 || s.String() != signature.dump {
			t.Fatalf("seed %d: signature %q:\n%s", seed, signature.text, show(diags))
		}
	}
}
