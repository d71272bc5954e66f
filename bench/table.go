package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// A table is printed as Markdown.
type table struct {
	header []string
	rows   [][]string
	notes  []string // printed as a list below
}

func newTable(header ...string) *table { return &table{header: header} }

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) note(format string, args ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

// print writes the table with columns of equal width: the first one to the left,
// the others to the right.
func (t *table) print(w io.Writer) {
	width := make([]int, len(t.header))
	for _, row := range append([][]string{t.header}, t.rows...) {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	line := func(row []string) {
		var text strings.Builder
		for i := range width {
			cell := ""
			if i < len(row) {
				cell = row[i]
			}
			padding := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				text.WriteString("| " + cell + padding + " ")
			} else {
				text.WriteString("| " + padding + cell + " ")
			}
		}
		fmt.Fprintln(w, text.String()+"|")
	}
	line(t.header)
	for i, n := range width {
		if i == 0 {
			fmt.Fprint(w, "|"+strings.Repeat("-", n+2))
		} else {
			fmt.Fprint(w, "|"+strings.Repeat("-", n+1)+":")
		}
	}
	fmt.Fprintln(w, "|")
	for _, row := range t.rows {
		line(row)
	}
	fmt.Fprintln(w)
	for _, note := range t.notes {
		fmt.Fprintln(w, "- "+note)
	}
	if len(t.notes) > 0 {
		fmt.Fprintln(w)
	}
}
