package policy

import (
	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/check"
	"sandbox/policy/filter"
)

// A file is one policy file, read and parsed, its names not looked up yet.
type file struct {
	source  *diag.Source
	id      identity
	profile bool      // shipped
	pipe    bool      // read from one, which is empty now
	base    string    // the directory that relative names start from
	extends []*file   // as written; a file may be reached more than once
	via     reference // by which it was reached first
	loading bool      // the files that it extends are being read
	broken  bool      // something of it is missing, which is reported

	own     settings  // the scalars that it states
	settled *settings // with those that it inherits; nil until asked for

	scope *check.Scope
	rules []*rule // in the order of the file
	tests []*writtenTest

	accepts   []accept
	accepting bool // it accepts something, or one of its rules does
}

// A setting is a scalar of a policy file: unset if at is the zero Span.
type setting[T any] struct {
	value T
	at    diag.Span // of the value
}

func (s *setting[T]) isSet() bool { return s.at.Source != nil }

// A rule is one [[rule]] or one -e.
type rule struct {
	name    string
	reason  string
	action  action
	abis    []arch.ABI // the only ABIs that it is for; nil: all
	abiAt   []diag.Span
	astray  bool // it has an "abi" that names none
	filters []writtenFilter
	scope   *check.Scope
	accepts []accept
	at      diag.Span // of [[rule]], or all of an inline table or a -e
	end     int       // the offset after the last value
}

// appliesTo reports whether the rule is for an ABI.
func (r *rule) appliesTo(abi arch.ABI) bool {
	if r.abis == nil {
		return !r.astray
	}
	for _, a := range r.abis {
		if a == abi {
			return true
		}
	}
	return false
}

// A writtenFilter is a filter and how it was written.
type writtenFilter struct {
	parsed *filter.Filter
	text   string
}
