package policy

import (
	"sandbox/internal/diag"
	"sandbox/policy/filter"
)

// exampleFilters is shown where filters are missing or of the wrong type.
const exampleFilters = `filters = ["read, write"]`

// rules reads [[rule]].
func (r *reader) rules(e *entry) {
	tables := r.tables(e)
	r.file.rules = make([]*rule, 0, len(tables))
	for _, v := range tables {
		if r.hopeless() {
			return
		}
		r.rule(v)
	}
}

// tables returns the tables of a key that is written as [[key]].
func (r *reader) tables(e *entry) []*value {
	elements := e.value.elements
	switch e.value.kind {
	case tablesKind:
	case arrayKind: // rule = [{…}]
		if len(elements) == 0 {
			r.list.Reportf(diag.EmptyList, e.value.at, "the list of %ss is empty", e.key).Hintf("write [[%s]], or leave the key out", e.key)
		}
	case tableKind:
		r.list.Reportf(diag.WrongKind, e.at, "%ss are an array of tables, this is a table", e.key).Hintf("write [[%s]]", e.key)
	default:
		r.wrongKind(e, "an array of tables", "[["+e.key+"]]")
	}
	tables := make([]*value, 0, len(elements))
	for i := range elements {
		if v := &elements[i]; v.kind == tableKind {
			tables = append(tables, v)
		} else {
			r.list.Reportf(diag.WrongKind, v.at, "a %s must be a table, this is %s", e.key, v.kind).Hintf("write [[%s]]", e.key)
		}
	}
	return tables
}

// rule reads one [[rule]].
func (r *reader) rule(v *value) {
	// Where the action is missing or misspelt the filters are still checked,
	// for all that is wrong to be said at once.
	rule := &rule{at: v.at, end: v.at.End, scope: r.file.scope, action: denied}
	var hasAction, hasFilters, strange bool
	for i := range v.table.entries {
		e := &v.table.entries[i]
		rule.end = max(rule.end, e.value.at.End)
		switch e.key {
		case "name":
			text, _ := r.text(e, `name = "read files"`)
			rule.name = text.String
		case "reason":
			text, _ := r.text(e, `reason = "why"`)
			rule.reason = text.String
		case "action":
			hasAction = true
			var a setting[action]
			r.action(e, &a)
			if a.isSet() {
				rule.action = a.value
			}
		case "abi":
			rule.abis, rule.abiAt = r.abis(e)
			rule.astray = rule.abis == nil
		case "accept":
			rule.accepts = r.accepts(e)
		case "filters":
			hasFilters = true
			r.filters(e, rule)
		default:
			r.unknownKey(e, "a rule", ruleKeys)
			strange = true // it may stand for what is missing
		}
	}
	if !hasAction && !strange {
		r.list.Reportf(diag.MissingKey, v.at, "the rule has no action").Hintf(`write action = "allow", for example`)
	}
	if !hasFilters && !strange {
		r.list.Reportf(diag.MissingKey, v.at, "the rule has no filters").Hintf("write %s", exampleFilters)
	}
	r.file.rules = append(r.file.rules, rule)
}

// maxFilters bounds the filters of a file. The kernel takes programs of 4096
// instructions.
const maxFilters = 1 << 15

func (r *reader) filters(e *entry, rule *rule) {
	texts := r.texts(e, exampleFilters)
	if left := maxFilters - r.written; len(texts) > left {
		if left >= 0 {
			r.list.Reportf(diag.FilterTooLarge, texts[left].at, "the file has more than %d filters", maxFilters)
		}
		texts = texts[:max(left, 0)]
		r.written = maxFilters + 1 // it is said
	}
	r.written += len(texts)
	rule.filters = make([]writtenFilter, 0, len(texts))
	for i := range texts {
		if r.hopeless() {
			return
		}
		parsed, list := filter.Parse(texts[i].text)
		*r.list = append(*r.list, list...)
		if parsed != nil && !list.Failed() {
			rule.filters = append(rule.filters, writtenFilter{parsed, texts[i].text.String})
		}
	}
}

// hopeless reports whether there are errors, and so many findings that more
// would help nobody.
func (r *reader) hopeless() bool { return len(*r.list) > maxErrors && r.list.Failed() }
