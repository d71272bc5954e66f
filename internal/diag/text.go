package diag

// A Text is a piece of a source after its quoting was undone: the filter
// inside a TOML string. It knows where each of its bytes was written.
type Text struct {
	Source  *Source
	String  string
	Base    int   // where String starts in Source, if Offsets is nil
	Offsets []int // len(String)+1 source offsets, where escapes moved bytes
}

// Whole returns the text that is all of s.
func (s *Source) Whole() Text { return Text{Source: s, String: s.Text} }

// Span returns where String[start:end] was written.
func (t Text) Span(start, end int) Span {
	if t.Offsets != nil {
		return Span{t.Source, t.Offsets[start], t.Offsets[end]}
	}
	return Span{t.Source, t.Base + start, t.Base + end}
}
