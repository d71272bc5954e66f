package filter

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// A generator writes random filters along grammar.txt, and beside each what
// its tree must look like.
type generator struct {
	*rand.Rand
	fuel int // operands left to write before the shortest choices are taken
}

// A piece is a text and the dump of its tree.
type piece struct{ text, dump string }

// join puts tokens together with random space between them, and with some
// where they would run into each other.
func (g *generator) join(tokens ...string) string {
	var b strings.Builder
	for i, token := range tokens {
		if token == "" {
			continue
		}
		if i > 0 && b.Len() > 0 {
			last := b.String()[b.Len()-1]
			switch needed := isNameByte(last) && isNameByte(token[0]) || last == '-' && token[0] == '-'; {
			case needed, g.IntN(2) == 0:
				b.WriteByte(" \t\n\r"[g.IntN(4)])
			}
		}
		b.WriteString(token)
	}
	return b.String()
}

func pick[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }

func (g *generator) more() bool { g.fuel--; return g.fuel > 0 && g.IntN(3) > 0 }

func (g *generator) filter() piece {
	var texts, dumps []string
	for {
		s := pick(g,
			piece{"open", "open"}, piece{"_llseek", "_llseek"}, piece{"in", "in"}, piece{"@basic-io", "@basic-io"},
			piece{"*", "*"}, piece{"#257", "#0x101"}, piece{"#-1", "#0xffffffff"}, piece{"#0x7", "#0x7"})
		if g.IntN(3) == 0 {
			s = piece{g.join("!", s.text), list("except", s.dump)}
		}
		texts, dumps = append(texts, s.text), append(dumps, s.dump)
		if g.IntN(2) == 0 {
			break
		}
		texts = append(texts, ",")
	}
	f := piece{g.join(texts...), "none"}
	if g.IntN(8) > 0 {
		body := g.body()
		f = piece{g.join(f.text, ":", body.text), body.dump}
	}
	return piece{f.text, list("filter", list("select", dumps...), f.dump)}
}

func (g *generator) body() piece {
	if g.IntN(4) > 0 {
		return g.expr()
	}
	name, value, rest := pick(g, "t", "inode", "_"), g.expr(), g.body()
	return piece{
		g.join("let", name, "=", value.text, ";", rest.text),
		list("let", name, value.dump, rest.dump),
	}
}

func (g *generator) expr() piece {
	return g.level([]string{"||"}, func() piece {
		return g.level([]string{"&&"}, g.compare)
	})
}

// level writes operands with the given operators between them, which group to
// the left.
func (g *generator) level(operators []string, operand func() piece) piece {
	x := operand()
	for g.more() && g.IntN(3) == 0 {
		op, y := pick(g, operators...), operand()
		x = piece{g.join(x.text, op, y.text), list(op, x.dump, y.dump)}
	}
	return x
}

func (g *generator) compare() piece {
	x := g.bits()
	switch {
	case !g.more():
		return x
	case g.IntN(2) == 0:
		op, y := pick(g, "==", "!=", "<", "<=", ">", ">="), g.bits()
		return piece{g.join(x.text, op, y.text), list(op, x.dump, y.dump)}
	}
	set := g.set()
	if g.IntN(2) == 0 {
		return piece{g.join(x.text, "not", "in", set.text), list("not-in", x.dump, set.dump)}
	}
	return piece{g.join(x.text, "in", set.text), list("in", x.dump, set.dump)}
}

func (g *generator) set() piece {
	switch g.IntN(3) {
	case 0:
		return piece{"local", "(set local)"}
	case 1:
		low, high := g.bits(), g.bits()
		return piece{g.join(low.text, "..", high.text), list("range", low.dump, high.dump)}
	}
	texts, dumps := []string{"{"}, []string{}
	for i := range g.IntN(4) {
		if i > 0 {
			texts = append(texts, ",")
		}
		x := g.bits()
		texts, dumps = append(texts, x.text), append(dumps, x.dump)
	}
	return piece{g.join(append(texts, "}")...), list("members", dumps...)}
}

// bits writes the six levels between comparisons and unary operators.
func (g *generator) bits() piece {
	operand := g.unary
	for _, operators := range [][]string{{"*", "/", "%"}, {"+", "-"}, {"<<", ">>"}, {"&"}, {"^"}, {"|"}} {
		tighter := operand
		operand = func() piece { return g.level(operators, tighter) }
	}
	return operand()
}

func (g *generator) unary() piece {
	if g.more() && g.IntN(3) == 0 {
		x := g.unary()
		switch op := pick(g, "!", "~", "-", "cast"); op {
		case "cast":
			to := types[g.IntN(len(types))]
			return piece{g.join("(", to, ")", x.text), list("cast", to, x.dump)}
		default:
			name := map[string]string{"!": "not", "~": "complement", "-": "negate"}[op]
			return piece{g.join(op, x.text), list(name, x.dump)}
		}
	}
	return g.operand()
}

func (g *generator) operand() piece {
	if g.more() {
		switch g.IntN(6) {
		case 4:
			return g.apply()
		case 5:
			word, name, set, x := pick(g, "any", "all"), pick(g, "i", "x86"), g.set(), g.expr()
			return piece{
				g.join(word, "(", name, "in", set.text, ":", x.text, ")"),
				list(word, name, set.dump, x.dump),
			}
		case 0:
			x := g.expr()
			return piece{g.join("(", x.text, ")"), list("paren", x.dump)}
		case 1:
			x := g.expr()
			return piece{g.join("args", "[", x.text, "]"), list("index", "args", x.dump)}
		}
	}
	text := pick(g, "flags", "fd", "O_RDONLY", "args", "inode", "not_in", "any", "_", "x86", "long", "int", "is", "mod", "AND", "if", "u31", "0", "1", "07", "0x1F", "0b1", "0o17", "18446744073709551616")
	return piece{text, text}
}

func (g *generator) apply() piece {
	name := pick(g, "only", "f", "args", "long", "eq")
	texts, dumps := []string{name, "("}, []string{name}
	for i := range g.IntN(4) {
		if i > 0 {
			texts = append(texts, ",")
		}
		x := g.expr()
		texts, dumps = append(texts, x.text), append(dumps, x.dump)
	}
	return piece{g.join(append(texts, ")")...), list("apply", dumps...)}
}

// What is written along the grammar parses to the tree that the grammar gives
// it, and so does its printed form.
func TestGenerated(t *testing.T) {
	longest := 0
	for seed := range uint64(20000) {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 2)), fuel: 40}
		want := g.filter()
		longest = max(longest, len(want.text))
		f, diags := Parse(text(want.text))
		if len(diags) > 0 {
			t.Fatalf("seed %d: %q:\n%s", seed, want.text, show(diags))
		}
		if got := dumpFilter(f); got != want.dump {
			t.Fatalf("seed %d: Parse(%q) =\n%s, want\n%s", seed, want.text, got, want.dump)
		}
		if err := checkPrinted(f); err != nil {
			t.Fatalf("seed %d: %q: %v", seed, want.text, err)
		}
	}
	if longest < 200 {
		t.Errorf("the longest filter has %d bytes: the generator writes nothing interesting", longest)
	}
}

// checkPrinted checks that the printed filter parses to the same tree, and
// prints the same again.
func checkPrinted(f *Filter) error {
	printed := f.String()
	if strings.ContainsAny(printed, "\n\r\t") {
		return fmt.Errorf("printed on more than one line: %q", printed)
	}
	again, diags := Parse(text(printed))
	if len(diags) > 0 {
		return fmt.Errorf("printed as %q, which does not parse:\n%s", printed, show(diags))
	}
	if got, want := dumpFilter(again), dumpFilter(f); got != want {
		return fmt.Errorf("printed as %q, which is\n%s, not\n%s", printed, got, want)
	}
	if again.String() != printed {
		return fmt.Errorf("printed as %q, then as %q", printed, again)
	}
	return nil
}
