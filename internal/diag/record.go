package diag

// A Record is a diagnostic in the form that --json prints. Lines and columns
// count from 1, columns in bytes; the end is the first place after the span.
// All four are 0 and File is empty for a diagnostic that has no place.
type Record struct {
	Severity  string          `json:"severity"`
	Code      Code            `json:"code,omitempty"`
	File      string          `json:"file,omitempty"`
	Line      int             `json:"line,omitempty"`
	Column    int             `json:"column,omitempty"`
	EndLine   int             `json:"endLine,omitempty"`
	EndColumn int             `json:"endColumn,omitempty"`
	Message   string          `json:"message"`
	Label     string          `json:"label,omitempty"`
	Hints     []string        `json:"hints,omitempty"`
	Related   []RelatedRecord `json:"related,omitempty"`
}

// A RelatedRecord is a related place in the form that --json prints.
type RelatedRecord struct {
	File      string `json:"file,omitempty"`
	Line      int    `json:"line,omitempty"`
	Column    int    `json:"column,omitempty"`
	EndLine   int    `json:"endLine,omitempty"`
	EndColumn int    `json:"endColumn,omitempty"`
	Message   string `json:"message"`
}

// Records returns the list for --json, never nil.
func (l List) Records() []Record {
	records := make([]Record, len(l))
	for i := range l {
		records[i] = l[i].Record()
	}
	return records
}

// Record returns the diagnostic for --json.
func (d *Diagnostic) Record() Record {
	r := Record{Severity: d.Severity.String(), Code: d.Code, Message: d.Message, Label: d.Label, Hints: d.Hints}
	r.File, r.Line, r.Column, r.EndLine, r.EndColumn = d.Span.ends()
	for _, related := range d.Related {
		n := RelatedRecord{Message: related.Message}
		n.File, n.Line, n.Column, n.EndLine, n.EndColumn = related.Span.ends()
		r.Related = append(r.Related, n)
	}
	return r
}

func (s Span) ends() (file string, line, column, endLine, endColumn int) {
	if s.Source == nil {
		return "", 0, 0, 0, 0
	}
	line, column = s.Source.Position(s.Start)
	endLine, endColumn = s.Source.Position(s.End)
	return s.Source.Name, line, column, endLine, endColumn
}
