package diag

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Lines that are wider are cut to maxColumns around what is marked, keeping up
// to leadColumns before it.
const (
	maxColumns  = 160
	leadColumns = 60
)

// excerpt shows the lines of a span with carets under it: the first line and,
// for a longer span, the last one.
func (p *painter) excerpt(at Span, look, label string) {
	if at.Source == nil || at.Source.Text == "" {
		return
	}
	src := at.Source
	start, end := src.clamp(at.Start), src.clamp(at.End)
	for end > start && (src.Text[end-1] == '\n' || src.Text[end-1] == '\r') {
		end--
	}
	end = max(start, end)
	first, _ := src.Position(start)
	last, _ := src.Position(end)

	p.margin("")
	p.text("\n")
	if first == last {
		p.line(src, first, start, end, start, look, label)
		return
	}
	_, lineEnd := src.line(first)
	p.line(src, first, start, max(start, lineEnd), start, look, "")
	if last > first+1 {
		p.text("...\n")
	}
	lineStart, lineEnd := src.line(last)
	indent := len(src.Text[lineStart:lineEnd]) - len(strings.TrimLeft(src.Text[lineStart:lineEnd], " \t"))
	p.line(src, last, min(lineStart+indent, end), end, end, look, label)
}

// line shows one line and, below it, carets under [start, end) with the label.
// A line that is too wide is cut around the offset focus.
func (p *painter) line(src *Source, number, start, end, focus int, look, label string) {
	lineStart, lineEnd := src.line(number)
	from, to := window(src.Text, lineStart, lineEnd, focus)

	p.margin(strconv.Itoa(number))
	var marks []byte
	if lineStart < lineEnd {
		p.text(" ")
	}
	marks = append(marks, ' ')
	if from > lineStart {
		p.text("...")
		marks = append(marks, "   "...)
	}
	carets := 0
	for i := from; i < to; {
		shown, columns, size := glyph(src.Text[i:to])
		p.text(shown)
		marked := start <= i && i < end || i == start && start == end
		switch {
		case shown == "\t" && !(marked && i+size >= end):
			marks = append(marks, '\t') // reaches the same tab stop as above
		case marked:
			marks = append(marks, strings.Repeat("^", max(columns, 1))...)
			carets++
		case carets == 0:
			marks = append(marks, strings.Repeat(" ", columns)...)
		}
		i += size
	}
	if to < lineEnd {
		p.text("...")
	}
	if carets == 0 {
		marks = append(marks, '^') // at the end of the line
	}
	p.text("\n")

	p.margin("")
	blank := len(marks) - len(strings.TrimLeft(string(marks), " \t"))
	p.text(string(marks[:blank]))
	p.begin(look)
	p.text(strings.TrimRight(string(marks[blank:]), " \t"))
	if label != "" {
		p.text(" ")
		p.buf = appendEscaped(p.buf, label)
	}
	p.end(look)
	p.text("\n")
}

// margin writes the line number, or its place, and the bar.
func (p *painter) margin(number string) {
	p.begin(lookGutter)
	p.text(strings.Repeat(" ", p.gutter-len(number)))
	p.text(number)
	p.text(" |")
	p.end(lookGutter)
}

// window returns the part of the line [start, end) that is shown: all of it if
// it fits, or else maxColumns around focus. It looks at no more of a long line
// than that.
func window(text string, start, end, focus int) (from, to int) {
	focus = min(max(focus, start), end)
	from, spare := backward(text, start, focus, leadColumns)
	to, spare = forward(text, focus, end, maxColumns-leadColumns+spare)
	from, _ = backward(text, start, from, spare)
	return from, to
}

// forward returns how far one gets from i to end in so many columns, and how
// many of them are left over.
func forward(text string, i, end, columns int) (stop, spare int) {
	for i < end {
		_, width, size := glyph(text[i:end])
		if width > columns {
			break
		}
		columns -= width
		i += size
	}
	return i, columns
}

// backward is forward's mirror image.
func backward(text string, start, i, columns int) (stop, spare int) {
	for i > start {
		_, size := utf8.DecodeLastRuneInString(text[start:i])
		_, width, _ := glyph(text[i-size : i])
		if width > columns {
			break
		}
		columns -= width
		i -= size
	}
	return i, columns
}
