package policy

import (
	"strconv"
	"strings"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// A Request says which policies and rules make up what is to be loaded.
type Request struct {
	Policies []string // each -p in order: the name of a profile, or a file
	Rules    []string // each -e in order: "[ACTION] FILTER", without an action: deny

	// ABIs are those asked for with --abi: they replace Native for policies
	// that do not say which they serve, and narrow those that do. Empty: all
	// that each policy serves.
	ABIs   []arch.ABI
	Native arch.ABI // what a policy without "abi" serves

	// TestABIs asks for the ABIs that tests name, too, of a policy that does
	// not say which it serves: see [Layer.Tests].
	TestABIs bool

	// TestMistakes asks for what is wrong with the writing of tests, too, where
	// something else is wrong already: Tests says it of policies without errors.
	TestMistakes bool

	// Profile returns the text of a shipped profile; ProfileNames lists them.
	Profile      func(name string) (text string, ok bool)
	ProfileNames []string

	// ReadFile reads files in place of the operating system, if not nil.
	ReadFile func(path string) (string, error)
}

// Load reads the policies of a request, with the files that they extend, and
// checks them for each ABI that they serve. The policy is nil if the list has
// an error; otherwise the list has what is worth a warning or a note.
//
// Each of the request's policies becomes one layer. The request's rules stand
// before the rules of every layer.
func Load(request Request) (*Policy, diag.List) {
	return (&loader{request: &request}).policy()
}

// policy loads what the request asks for.
func (l *loader) policy() (*Policy, diag.List) {
	request := l.request
	if len(request.Policies) == 0 {
		d := l.list.Reportf(diag.NoPolicy, diag.Span{}, "there is no policy")
		d.Hintf("give one with -p: a file, or a shipped profile%s", l.profileList(": "))
		return nil, l.list
	}
	rules := l.commandRules()
	p := &Policy{Typed: &typed.Policy{}, request: *request, origins: new(origins), narrowed: len(request.ABIs) > 0}
	for _, name := range request.Policies {
		if f := l.load(reference{name: name}); f != nil {
			l.layer(p, name, f, rules)
		}
	}
	if request.TestMistakes && l.list.Failed() {
		l.list = append(l.list, testMistakes(l.files)...)
	}
	p.Sources, p.files, p.ways = l.sources, l.files, l.ways
	l.list = withoutAccepted(l.files, l.list)
	if len(l.list) > 1 {
		l.list.Sort()
	}
	addVia(l.files, l.list)
	if l.list.Failed() {
		return nil, l.list
	}
	return p, l.list
}

// A loader reads files, each once.
type loader struct {
	request *Request
	files   []*file // in the order of reading
	ways    []way
	earlier *Policy // has the texts, as they were read for it; nil: they are to be read
	sources []*diag.Source
	stack   []*file // those whose extended files are being read
	list    diag.List
}

// profileList returns the names of the shipped profiles after a prefix, or
// nothing if there are none.
func (l *loader) profileList(prefix string) string {
	if len(l.request.ProfileNames) == 0 {
		return ""
	}
	return prefix + strings.Join(l.request.ProfileNames, ", ")
}

// commandRules reads the rules of the command line. They see no names of
// policies: with several policies those would have several meanings.
func (l *loader) commandRules() []*rule {
	rules := make([]*rule, 0, len(l.request.Rules))
	for i, text := range l.request.Rules {
		source := &diag.Source{Name: commandPrefix + strconv.Itoa(i+1), Text: text}
		l.sources = append(l.sources, source)
		parsedAction, parsed, problems := filter.ParseRule(source.Whole())
		l.list = append(l.list, problems...)
		if parsed == nil {
			continue
		}
		act := denied // of a wrong action, too, for the filter to be checked
		if parsedAction != nil {
			if read, ok := readAction(parsedAction, &l.list); ok {
				act = read
			}
		}
		rules = append(rules, &rule{
			action:  act,
			filters: []writtenFilter{{parsed, written(parsed.Span)}},
			at:      diag.Span{Source: source, End: len(text)},
		})
	}
	return rules
}
