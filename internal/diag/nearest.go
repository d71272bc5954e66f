package diag

import "iter"

// maxName is the longest name that Nearest looks at: longer ones are no typing
// mistakes.
const maxName = 64

// Nearest returns the candidate that name is most likely a misspelling of, or
// false if none is close: one edit for each three letters, where an edit
// inserts, removes or replaces a letter or swaps two neighbours (the optimal
// string alignment distance). Case counts only between candidates that are
// otherwise equally near. A candidate equal to name is no suggestion.
func Nearest(name string, candidates iter.Seq[string]) (string, bool) {
	if len(name) > maxName {
		return "", false
	}
	var best string
	bestScore := score{edits: len(name)/3 + 1}
	for candidate := range candidates {
		if candidate == name || len(candidate) > maxName {
			continue
		}
		edits := distance(name, candidate, bestScore.edits, true)
		if edits > bestScore.edits || edits > len(name)/3 {
			continue
		}
		s := score{edits, distance(name, candidate, maxName, false), -commonPrefix(name, candidate)}
		if best == "" || s.less(bestScore) || s == bestScore && candidate < best {
			best, bestScore = candidate, s
		}
	}
	return best, best != ""
}

// A score orders candidates; the lowest wins.
type score struct {
	edits      int // without regard to case
	caseEdits  int
	minusStart int // the letters in common at the start, negated
}

func (s score) less(t score) bool {
	if s.edits != t.edits {
		return s.edits < t.edits
	}
	if s.caseEdits != t.caseEdits {
		return s.caseEdits < t.caseEdits
	}
	return s.minusStart < t.minusStart
}

// distance returns the number of edits between a and b, of at most maxName
// bytes each, or limit+1 if there are more than limit.
func distance(a, b string, limit int, fold bool) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	letter := func(c byte) byte { return c }
	if fold {
		letter = lower
	}
	var rows [3][maxName + 1]int
	before, above, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			x, y := letter(a[i-1]), letter(b[j-1])
			replace := above[j-1]
			if x != y {
				replace++
			}
			row[j] = min(replace, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && x == letter(b[j-2]) && y == letter(a[i-2]) {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > limit {
			return limit + 1
		}
		before, above, row = above, row, before
	}
	return min(above[len(b)], limit+1)
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
