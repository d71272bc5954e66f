package check

import (
	"fmt"
	"strings"

	"sandbox/policy/typed"
)

// The dump of a typed filter is an s-expression: "(i32 a0)" converts the low
// half of args[0], "a0:64" reads both halves, "a0:a1" is split over two
// registers, constants carry their type, and [..] is a predicate.

func dumpFilter(f *typed.Filter) string {
	var b strings.Builder
	for i, r := range f.Numbers {
		if i > 0 {
			b.WriteByte(',')
		}
		if r.First == r.Last {
			fmt.Fprintf(&b, "%d", r.First)
		} else {
			fmt.Fprintf(&b, "%d-%d", r.First, r.Last)
		}
	}
	if f.When != nil {
		b.WriteString(": ")
		dumpBool(&b, f.When)
	}
	return b.String()
}

func dumpBool(b *strings.Builder, x typed.Bool) {
	switch x := x.(type) {
	case *typed.Truth:
		fmt.Fprint(b, x.Value)
	case *typed.NotExpr:
		b.WriteString("(! ")
		dumpBool(b, x.X)
		b.WriteByte(')')
	case *typed.AndExpr:
		dumpBools(b, "&&", x.X, x.Y)
	case *typed.OrExpr:
		dumpBools(b, "||", x.X, x.Y)
	case *typed.Compare:
		dumpInts(b, compareNames[x.Op], x.X, x.Y)
	case *typed.In:
		b.WriteString("(in ")
		dumpInt(b, x.X)
		for _, in := range x.Intervals {
			b.WriteByte(' ')
			dumpValue(b, x.X.Type(), in.Low)
			if in.High != in.Low {
				b.WriteString("..")
				dumpValue(b, x.X.Type(), in.High)
			}
		}
		b.WriteByte(')')
	case *typed.Predicate:
		b.WriteByte('[')
		dumpBool(b, x.X)
		b.WriteByte(']')
	default:
		fmt.Fprintf(b, "%T?", x)
	}
}

var (
	compareNames = [...]string{"==", "!=", "<", "<=", ">", ">="}
	binaryNames  = [...]string{"+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^"}
	unaryNames   = [...]string{"~", "-"}
)

func dumpBools(b *strings.Builder, op string, x, y typed.Bool) {
	b.WriteString("(" + op + " ")
	dumpBool(b, x)
	b.WriteByte(' ')
	dumpBool(b, y)
	b.WriteByte(')')
}

func dumpInts(b *strings.Builder, op string, x, y typed.Int) {
	b.WriteString("(" + op + " ")
	dumpInt(b, x)
	b.WriteByte(' ')
	dumpInt(b, y)
	b.WriteByte(')')
}

func dumpInt(b *strings.Builder, x typed.Int) {
	switch x := x.(type) {
	case *typed.Value:
		dumpValue(b, x.Of, x.Bits)
		b.WriteString(":" + x.Of.String())
	case *typed.Load:
		dumpLoad(b, x)
	case *typed.Convert:
		b.WriteString("(" + x.To.String() + " ")
		dumpInt(b, x.X)
		b.WriteByte(')')
	case *typed.Unary:
		b.WriteString("(" + unaryNames[x.Op] + " ")
		dumpInt(b, x.X)
		b.WriteByte(')')
	case *typed.Binary:
		dumpInts(b, binaryNames[x.Op], x.X, x.Y)
	default:
		fmt.Fprintf(b, "%T?", x)
	}
}

func dumpValue(b *strings.Builder, t typed.Type, bits uint64) {
	switch {
	case t.Signed:
		fmt.Fprintf(b, "%d", signed(t, bits))
	case bits < 1<<16:
		fmt.Fprintf(b, "%d", bits)
	default:
		fmt.Fprintf(b, "%#x", bits)
	}
}

func dumpLoad(b *strings.Builder, x *typed.Load) {
	low, lowHigh := dumpWord(x.Low)
	if !x.Wide {
		b.WriteString(low)
		if lowHigh {
			b.WriteString(".high")
		}
		return
	}
	high, isHigh := dumpWord(x.High)
	if high == low && isHigh {
		b.WriteString(low + ":64")
		return
	}
	b.WriteString(low + ":" + high)
}

func dumpWord(w typed.Word) (name string, high bool) {
	switch w {
	case typed.WordNr:
		return "nr", false
	case typed.WordArch:
		return "arch", false
	case typed.WordIPLow:
		return "ip", false
	case typed.WordIPHigh:
		return "ip", true
	}
	i, high, _ := w.Arg()
	return fmt.Sprintf("a%d", i), high
}
