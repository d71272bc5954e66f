package policy

import (
	"slices"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// A Test is what a [[test]] wants on one ABI.
type Test struct {
	Name string // the test's own, or else the call
	Text string // the call as it is written
	ABI  arch.ABI
	Call typed.Call
	Want typed.Action
	Rule string         // the name of the rule that must decide; "": any
	At   typed.Position // of the [[test]]
}

// Tests returns the tests of the layer's own file, in its order: each for the
// ABIs that it names, or else for those that the layer serves and that have the
// call. Tests of the files that it extends are only parsed: what they want of
// their file need not hold for one that overrides it.
//
// Of a policy that says which ABIs it serves, tests may name others, whose
// calls its rule for them decides. Of one that does not say, they need the ABIs
// that they name: see [Request].
func (l *Layer) Tests() ([]Test, diag.List) {
	var list diag.List
	var tests []Test
	for _, f := range l.top.inOrder() {
		for _, written := range f.tests {
			if len(list) > maxErrors {
				break // a suggestion for each of many misspelt names takes long
			}
			call, problems := filter.ParseCall(written.call)
			list = append(list, problems...)
			want, ok := parseAction(written.want, &list)
			if f == l.top && ok && call != nil && !problems.Failed() {
				tests = l.appendTest(tests, written, call, want, &list)
			}
		}
	}
	list.Sort()
	addVia(l.top.inOrder(), list)
	if list.Failed() {
		return nil, list
	}
	return tests, list
}

// testMistakes returns what is wrong with how the tests of files are written.
func testMistakes(files []*file) diag.List {
	var list diag.List
	for _, f := range files {
		for _, written := range f.tests {
			if len(list) > maxErrors {
				return list
			}
			// What is not there is said already, or stands under another key.
			if written.call.Source != nil {
				_, problems := filter.ParseCall(written.call)
				list = append(list, problems...)
			}
			if written.want.Source != nil {
				parseAction(written.want, &list)
			}
		}
	}
	return list
}

// appendTest appends a test for each of its ABIs.
func (l *Layer) appendTest(tests []Test, written *writtenTest, call *filter.Call, want action, list *diag.List) []Test {
	if written.rule != "" && !l.hasRule(written.rule) {
		l.unknownRule(written, list)
	}
	abis := written.abis
	if abis == nil {
		abis = l.abisWith(call, list)
	}
	name := written.name
	if name == "" {
		name = written.call.String
	}
	var found findings
	for _, abi := range abis {
		var problems diag.List
		t := Test{
			Name: name,
			Text: written.call.String,
			ABI:  abi,
			Call: callOn(abi, l.top.scope, call, &problems),
			Want: want.on(abi, &problems),
			Rule: written.rule,
			At:   position(written.at),
		}
		found.add(problems, nil, abi)
		if len(l.asked) == 0 || slices.Contains(l.asked, abi) {
			tests = append(tests, t)
		}
	}
	found.report(abis, list)
	return tests
}

// abisWith returns the ABIs that the layer serves and that have a call.
func (l *Layer) abisWith(call *filter.Call, list *diag.List) []arch.ABI {
	if call.ByNumber {
		return l.served
	}
	abis := make([]arch.ABI, 0, len(l.served))
	for _, abi := range l.served {
		if _, ok := abi.Syscall(call.Name); ok {
			abis = append(abis, abi)
		}
	}
	known := arch.KnownAnywhere(call.Name)
	if len(abis) == 0 && len(l.served) > 0 && !(known && len(l.asked) > 0) {
		d := unknownCall(l.served[0], call, list)
		if known {
			d.Hintf("say where it is to be tested: abi = %q, for example", havingCall(call.Name))
		}
	}
	return abis
}

// havingCall returns the first ABI that has a call of a name, which some has.
func havingCall(name string) string {
	for _, abi := range arch.ABIs() {
		if _, ok := abi.Syscall(name); ok {
			return abi.String()
		}
	}
	return ""
}

// ruleNames yields the names that a test can ask for.
func (l *Layer) ruleNames(yield func(string) bool) {
	for _, r := range l.rules {
		if r.name != "" && !yield(r.name) {
			return
		}
	}
	for _, name := range []string{defaultName, unservedName, x32Name, unknownName(l.Kernel)} {
		if !yield(name) {
			return
		}
	}
}

func (l *Layer) hasRule(name string) bool {
	for known := range l.ruleNames {
		if known == name {
			return true
		}
	}
	return false
}

func (l *Layer) unknownRule(written *writtenTest, list *diag.List) {
	d := list.Reportf(diag.UnknownRule, written.ruleAt, "no rule of the policy is called %q", written.rule)
	if near, ok := diag.Nearest(written.rule, l.ruleNames); ok {
		d.Hintf("did you mean %q?", near)
	} else {
		d.Hintf("give the rule a name, or leave rule out: then any rule may decide")
	}
}

// withTestABIs returns ABIs and those that tests name, sorted.
func withTestABIs(abis []arch.ABI, tests []*writtenTest) []arch.ABI {
	abis = slices.Clone(abis)
	for _, t := range tests {
		abis = append(abis, t.abis...)
	}
	slices.Sort(abis)
	return slices.Compact(abis)
}
