package diag

import (
	"slices"
	"strings"
)

// A Source is a text that a user wrote: a policy file or a rule given on the
// command line. Its Text must not change. It remembers where its lines start
// when first asked, so it belongs to one goroutine at a time.
type Source struct {
	Name string // shown before the line: a path, or "-e 1"
	Text string

	starts []int // the offset of each line's first byte; nil until needed
}

// Position returns the 1-based line and column (in bytes) of an offset. An
// offset outside the text counts as the nearest one inside.
func (s *Source) Position(offset int) (line, column int) {
	offset = s.clamp(offset)
	starts := s.lineStarts()
	index, exact := slices.BinarySearch(starts, offset)
	if !exact {
		index--
	}
	return index + 1, offset - starts[index] + 1
}

// Offset returns the offset of a 1-based line and column, and whether the text
// has that place.
func (s *Source) Offset(line, column int) (offset int, ok bool) {
	starts := s.lineStarts()
	if line < 1 || line > len(starts) || column < 1 {
		return 0, false
	}
	offset = starts[line-1] + column - 1
	return offset, offset <= len(s.Text)
}

// line returns the offsets of a line's first byte and of its end, without the
// line break. Lines count from 1 and must exist.
func (s *Source) line(number int) (start, end int) {
	starts := s.lineStarts()
	start, end = starts[number-1], len(s.Text)
	if number < len(starts) {
		end = starts[number] - 1
	}
	if end > start && s.Text[end-1] == '\r' {
		end--
	}
	return start, end
}

func (s *Source) lineStarts() []int {
	if s.starts == nil {
		starts := make([]int, 1, 1+strings.Count(s.Text, "\n"))
		for i := range len(s.Text) {
			if s.Text[i] == '\n' {
				starts = append(starts, i+1)
			}
		}
		s.starts = starts
	}
	return s.starts
}

func (s *Source) clamp(offset int) int { return min(max(offset, 0), len(s.Text)) }
