package policy

import (
	"sandbox/arch"
	"sandbox/internal/diag"
)

// A writtenTest is one [[test]]. Its texts are not parsed before somebody asks
// for the tests: no program waits for that.
type writtenTest struct {
	name       string
	call, want diag.Text
	rule       string     // the rule that must decide; "": any
	ruleAt     diag.Span  // of the value of "rule"
	abis       []arch.ABI // nil: all that the policy serves
	at         diag.Span
}

// Examples for where something is missing or of the wrong type.
const (
	exampleCall = `call = "openat(AT_FDCWD, 0, O_WRONLY)"`
	exampleWant = `want = "errno(EPERM)"`
)

// tests reads [[test]].
func (r *reader) tests(e *entry) {
	for _, v := range r.tables(e) {
		if r.hopeless() {
			return
		}
		r.test(v)
	}
}

// test reads one [[test]].
func (r *reader) test(v *value) {
	test := &writtenTest{at: v.at}
	var hasCall, hasWant, strange bool
	for i := range v.table.entries {
		e := &v.table.entries[i]
		switch e.key {
		case "name":
			text, _ := r.text(e, `name = "no writing"`)
			test.name = text.String
		case "call":
			hasCall = true
			test.call, _ = r.text(e, exampleCall)
		case "want":
			hasWant = true
			test.want, _ = r.text(e, exampleWant)
		case "rule":
			text, ok := r.text(e, `rule = "the name of a rule"`)
			test.rule, test.ruleAt = text.String, e.value.at
			if ok && test.rule == "" {
				r.list.Reportf(diag.UnknownRule, e.value.at, "the name of the rule is empty").Hintf("without rule, any rule may decide")
			}
		case "abi":
			test.abis = r.oneOrMoreABIs(e)
		default:
			r.unknownKey(e, "a test", testKeys)
			strange = true // it may stand for what is missing
		}
	}
	if !hasCall && !strange {
		r.list.Reportf(diag.MissingKey, v.at, "the test has no call").Hintf("write %s, for example", exampleCall)
	}
	if !hasWant && !strange {
		r.list.Reportf(diag.MissingKey, v.at, "the test does not say what it wants").Hintf("write %s, for example", exampleWant)
	}
	r.file.tests = append(r.file.tests, test)
}

// oneOrMoreABIs reads the name of an ABI, or an array of names.
func (r *reader) oneOrMoreABIs(e *entry) []arch.ABI {
	several := *e
	if e.value.kind == stringKind {
		several.value = value{kind: arrayKind, at: e.value.at, elements: []value{e.value}}
	}
	abis, _ := r.abis(&several)
	return abis
}
