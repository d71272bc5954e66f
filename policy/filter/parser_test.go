package filter

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sandbox/internal/diag"
)

func TestParse(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"read", "(filter (select read) none)"},
		{" read ,\tpread64,\nclose ", "(filter (select read pread64 close) none)"},
		{"@basic-io, !read, !@file-system", "(filter (select @basic-io (except read) (except @file-system)) none)"},
		{"*, !#0x1F, #257, #-1", "(filter (select * (except #0x1f) #0x101 #0xffffffff) none)"},
		{"#0,#0xffffffff,#0b11,#0o17", "(filter (select #0x0 #0xffffffff #0x3 #0xf) none)"},
		{"_llseek: fd == 0", "(filter (select _llseek) (== fd 0))"},
		{"*:!flags", "(filter (select *) (not flags))"},
		{"open,openat:flags", "(filter (select open openat) flags)"},

		// the words of the grammar are ordinary names elsewhere
		{"allow, u32: log == deny", "(filter (select allow u32) (== log deny))"},
	} {
		f, diags := Parse(text(test.in))
		if len(diags) > 0 {
			t.Errorf("Parse(%q):\n%s", test.in, show(diags))
			continue
		}
		if got := dumpFilter(f); got != test.want {
			t.Errorf("Parse(%q) = %s, want %s", test.in, got, test.want)
		}
	}
}

func TestParseExpr(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"1", "1"},
		{"0x1F", "0x1F"},
		{"0644", "0644"},
		{"args[0]", "(index args 0)"},
		{"args [ 1 + 2 ] == 0", "(== (index args (+ 1 2)) 0)"},
		{"args", "args"},

		// each level binds tighter than the next
		{"!a == b", "(== (not a) b)"},
		{"~a * b", "(* (complement a) b)"},
		{"-a * -b", "(* (negate a) (negate b))"},
		{"a * b + c / d - e % f", "(- (+ (* a b) (/ c d)) (% e f))"},
		{"a + b << c", "(<< (+ a b) c)"},
		{"a << b & c", "(& (<< a b) c)"},
		{"a & b ^ c", "(^ (& a b) c)"},
		{"a ^ b | c", "(| (^ a b) c)"},
		{"a | b == c", "(== (| a b) c)"},
		{"a == b && c", "(&& (== a b) c)"},
		{"a && b || c", "(|| (&& a b) c)"},
		{"a || b && c == d | e ^ f & g << h + i * !j", "(|| a (&& b (== c (| d (^ e (& f (<< g (+ h (* i (not j))))))))))"},
		{"flags & O_ACCMODE == O_RDONLY", "(== (& flags O_ACCMODE) O_RDONLY)"},

		// all of them from the left
		{"a - b - c", "(- (- a b) c)"},
		{"a / b * c % d", "(% (* (/ a b) c) d)"},
		{"a << b >> c", "(>> (<< a b) c)"},
		{"a || b || c", "(|| (|| a b) c)"},
		{"a && b && c", "(&& (&& a b) c)"},

		{"a == b", "(== a b)"},
		{"a != b", "(!= a b)"},
		{"a<b", "(< a b)"},
		{"a<=b", "(<= a b)"},
		{"a>b", "(> a b)"},
		{"a>=b", "(>= a b)"},
		{"(a == b) == (c != d)", "(== (paren (== a b)) (paren (!= c d)))"},

		{"!!a", "(not (not a))"},
		{"- - -1", "(negate (negate (negate 1)))"},
		{"a - -1", "(- a (negate 1))"},
		{"a-1", "(- a 1)"},
		{"a!=-1", "(!= a (negate 1))"},
		{"a&~b", "(& a (complement b))"},

		{"(a)", "(paren a)"},
		{"((a))", "(paren (paren a))"},
		{"(flags) & (mode)", "(& (paren flags) (paren mode))"},
		{"(flags) - 1", "(- (paren flags) 1)"},
		{"(flags) in {1}", "(in (paren flags) (members 1))"},
		{"(u32)x", "(cast u32 x)"},
		{"( u8 ) x", "(cast u8 x)"},
		{"(u16)(i32)-x", "(cast u16 (cast i32 (negate x)))"},
		{"(i64)x + 1", "(+ (cast i64 x) 1)"},
		{"-(u64)(x)", "(negate (cast u64 (paren x)))"},
		{"(u32)args[1]", "(cast u32 (index args 1))"},
		{"(u32 + 1)", "(paren (+ u32 1))"},
		{"(int) == (u33) - 1", "(== (paren int) (- (paren u33) 1))"},

		{"x in {}", "(in x (members))"},
		{"x in {A}", "(in x (members A))"},
		{"x in {A, B|C, -3}", "(in x (members A (| B C) (negate 3)))"},
		{"x not in {A}", "(not-in x (members A))"},
		{"!(x in {A})", "(not (paren (in x (members A))))"},
		{"x in local && y", "(&& (in x (set local)) y)"},
		{"x in 0..6", "(in x (range 0 6))"},
		{"x in 0x1..07", "(in x (range 0x1 07))"},
		{"x in -1..A | B || y", "(|| (in x (range (negate 1) (| A B))) y)"},
		{"x & 1 in 1 << 2 .. (3) + 1", "(in (& x 1) (range (<< 1 2) (+ (paren 3) 1)))"},
		{"x in(1)..(2)", "(in x (range (paren 1) (paren 2)))"},
		{"inode in index", "(in inode (set index))"},
		{"any == all", "(== any all)"},

		{"f()", "(apply f)"},
		{"f(x)", "(apply f x)"},
		{"f (x, y | 1, g(z)) & 1", "(& (apply f x (| y 1) (apply g z)) 1)"},
		{"!f(a && b)", "(not (apply f (&& a b)))"},
		{"-(u32)f(a)", "(negate (cast u32 (apply f a)))"},
		{"x in {f(1)}", "(in x (members (apply f 1)))"},
		{"x in f(1)..f(2)", "(in x (range (apply f 1) (apply f 2)))"},
		{"any(i in 0..6: args[i] == 0)", "(any i (range 0 6) (== (index args i) 0))"},
		{"all(x in {A, B}: x != y || z)", "(all x (members A B) (|| (!= x y) z))"},
		{"any(x in s: all(y in t: x == y)) && z", "(&& (any x (set s) (all y (set t) (== x y))) z)"},
	} {
		x, diags := ParseExpr(text(test.in))
		if len(diags) > 0 {
			t.Errorf("ParseExpr(%q):\n%s", test.in, show(diags))
			continue
		}
		if got := dump(x); got != test.want {
			t.Errorf("ParseExpr(%q) = %s, want %s", test.in, got, test.want)
		}
	}
}

func TestParseBody(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"x", "x"},
		{"let a = 1; a", "(let a 1 a)"},
		{"let a=b==1;let c = !a; c || a", "(let a (== b 1) (let c (not a) (|| c a)))"},
		{"let a = any(i in 0..2: i == b); a", "(let a (any i (range 0 2) (== i b)) a)"},
	} {
		x, diags := ParseBody(text(test.in))
		if len(diags) > 0 {
			t.Errorf("ParseBody(%q):\n%s", test.in, show(diags))
			continue
		}
		if got := dump(x); got != test.want {
			t.Errorf("ParseBody(%q) = %s, want %s", test.in, got, test.want)
		}
	}
}

func TestParseSignature(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"f()", "f()"},
		{"f(x)", "f(x)"},
		{" only ( x , mask ) ", "only(x, mask)"},
	} {
		s, diags := ParseSignature(text(test.in))
		if len(diags) > 0 {
			t.Errorf("ParseSignature(%q):\n%s", test.in, show(diags))
			continue
		}
		if got := s.String(); got != test.want {
			t.Errorf("ParseSignature(%q) = %s, want %s", test.in, got, test.want)
		}
	}
}

func TestParseCall(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"getpid()", "(call getpid)"},
		{"openat(AT_FDCWD, 0, O_WRONLY|O_CREAT, 0644)", "(call openat AT_FDCWD 0 (| O_WRONLY O_CREAT) 0644)"},
		{" openat ( -100 ) ", "(call openat (negate 100))"},
		{"#257(1,2,3,4,5,6)", "(call #0x101 1 2 3 4 5 6)"},
		{"#-1()", "(call #0xffffffff)"},
		{"#0xffffffff(1,2)", "(call #0xffffffff 1 2)"},
		{"x(0xffffffffffffffff, (1), ~0)", "(call x 0xffffffffffffffff (paren 1) (complement 0))"},
	} {
		c, diags := ParseCall(text(test.in))
		if len(diags) > 0 {
			t.Errorf("ParseCall(%q):\n%s", test.in, show(diags))
			continue
		}
		if got := dumpCall(c); got != test.want {
			t.Errorf("ParseCall(%q) = %s, want %s", test.in, got, test.want)
		}
		again, _ := ParseCall(text(c.String()))
		if again == nil || dumpCall(again) != test.want {
			t.Errorf("ParseCall(%q) prints as %q", test.in, c)
		}
	}
}

func TestParseAction(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"allow", "allow"},
		{"log", "log"},
		{"deny", "deny"},
		{" kill_process ", "kill_process"},
		{"kill_thread", "kill_thread"},
		{"notify", "notify"},
		{"errno(EPERM)", "(errno EPERM)"},
		{"errno ( 0x7 )", "(errno 0x7)"},
		{"trap(0)", "(trap 0)"},
		{"trace(010)", "(trace 010)"},
	} {
		a, diags := ParseAction(text(test.in))
		if len(diags) > 0 {
			t.Errorf("ParseAction(%q):\n%s", test.in, show(diags))
			continue
		}
		if got := dumpAction(a); got != test.want {
			t.Errorf("ParseAction(%q) = %s, want %s", test.in, got, test.want)
		}
		again, _ := ParseAction(text(a.String()))
		if again == nil || dumpAction(again) != test.want {
			t.Errorf("ParseAction(%q) prints as %q", test.in, a)
		}
	}
}

func TestParseRule(t *testing.T) {
	for _, test := range []struct{ in, action, filter string }{
		{"socket: domain == AF_INET", "", "(filter (select socket) (== domain AF_INET))"},
		{"deny socket: domain == AF_INET", "deny", "(filter (select socket) (== domain AF_INET))"},
		{"kill_process ptrace", "kill_process", "(filter (select ptrace) none)"},
		{"allow @basic-io, read", "allow", "(filter (select @basic-io read) none)"},
		{"log *", "log", "(filter (select *) none)"},
		{"allow !open, open", "allow", "(filter (select (except open) open) none)"},
		{"allow #1", "allow", "(filter (select #0x1) none)"},
		{"errno(ENOSYS) clone3", "(errno ENOSYS)", "(filter (select clone3) none)"},
		{"errno (ENOSYS)clone3", "(errno ENOSYS)", "(filter (select clone3) none)"},
		{"trace(1) open", "(trace 1)", "(filter (select open) none)"},
		{"kill", "", "(filter (select kill) none)"},
		{"kill: sig == 9", "", "(filter (select kill) (== sig 9))"},
		{"kill, tkill", "", "(filter (select kill tkill) none)"},
		{"@clock", "", "(filter (select @clock) none)"},
	} {
		a, f, diags := ParseRule(text(test.in))
		if len(diags) > 0 {
			t.Errorf("ParseRule(%q):\n%s", test.in, show(diags))
			continue
		}
		action := ""
		if a != nil {
			action = dumpAction(a)
		}
		if got := dumpFilter(f); action != test.action || got != test.filter {
			t.Errorf("ParseRule(%q) = %s, %s, want %s, %s", test.in, action, got, test.action, test.filter)
		}
	}
}

// Spans point into the source, through the escapes of the TOML string that the
// text comes from.
func TestSpans(t *testing.T) {
	const source = `filters = ["open: fl\u0061gs \u0026 (u32)\t1 not in {A} || args[1] == ~0"]`
	src := &diag.Source{Name: "p.toml", Text: source}
	filter := diag.Text{Source: src}
	var b strings.Builder
	for i := strings.Index(source, `"`) + 1; i < len(source)-2; {
		size, c := 1, source[i]
		switch {
		case strings.HasPrefix(source[i:], `\u0061`):
			size, c = 6, 'a'
		case strings.HasPrefix(source[i:], `\u0026`):
			size, c = 6, '&'
		case strings.HasPrefix(source[i:], `\t`):
			size, c = 2, '\t'
		}
		b.WriteByte(c)
		filter.Offsets = append(filter.Offsets, i)
		i += size
	}
	filter.String = b.String()
	filter.Offsets = append(filter.Offsets, len(source)-2)

	f, diags := Parse(filter)
	if len(diags) > 0 {
		t.Fatal(show(diags))
	}
	var got []string
	at := func(s diag.Span) { got = append(got, source[s.Start:s.End]) }
	at(f.Span)
	at(f.Selectors[0].Span)
	either := f.Body.(*Binary)
	at(either.At)
	at(either.OpAt)
	in := either.X.(*In)
	at(in.Span())
	at(in.OpAt)
	at(in.Set.At)
	at(in.Set.Members[0].Span())
	and := in.X.(*Binary)
	at(and.Span())
	at(and.X.Span())
	at(and.OpAt)
	at(and.Y.Span())
	at(and.Y.(*Cast).TypeAt)
	at(and.Y.(*Cast).X.Span())
	equal := either.Y.(*Binary)
	at(equal.X.Span())
	at(equal.X.(*Index).Base.Span())
	at(equal.Y.Span())
	want := []string{
		source[12 : len(source)-2],
		"open",
		source[18 : len(source)-2],
		"||",
		`fl\u0061gs \u0026 (u32)\t1 not in {A}`,
		"not in",
		"{A}",
		"A",
		`fl\u0061gs \u0026 (u32)\t1`,
		`fl\u0061gs`,
		`\u0026`,
		`(u32)\t1`,
		"u32",
		"1",
		"args[1]",
		"args",
		"~0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}

func TestNumberValue(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"0", "0"},
		{"00", "0"},
		{"10", "10"},
		{"010", "8"},
		{"0o10", "8"},
		{"0x10", "16"},
		{"0XfF", "255"},
		{"0b101", "5"},
		{"0xffffffffffffffff", "18446744073709551615"},
		{"0x10000000000000000", "18446744073709551616"},
		{"0" + strings.Repeat("7", 25), "37778931862957161709567"},
	} {
		x, diags := ParseExpr(text(test.in))
		if len(diags) > 0 {
			t.Errorf("ParseExpr(%q):\n%s", test.in, show(diags))
			continue
		}
		if got := x.(*Number).Value().String(); got != test.want {
			t.Errorf("value of %s = %s, want %s", test.in, got, test.want)
		}
	}
	for _, text := range []string{"", "-1", "+1", "x", "1_0", "08", "0x", strings.Repeat("1", 81)} {
		if v := (&Number{Text: text}).Value(); v != nil {
			t.Errorf("value of %q = %s, want nil", text, v)
		}
	}
}
