package check

import "sandbox/internal/diag"

// Functions and loops are written out where they are used, so that a short
// text can stand for a long condition. maxSize bounds what a filter may become,
// in operators and operands: the kernel takes 4096 instructions, and no
// condition beyond the bound fits these.
const maxSize = 1 << 15

// maxCopied bounds how much longer all filters of a policy become on all its
// ABIs, with the system calls that "*" and groups stand for.
const maxCopied = 1 << 19

// filterWork is what the shortest filter counts for, in the same measure.
const filterWork = 8

// enterCopy begins a copy of a text that stands elsewhere once.
func (c *checker) enterCopy(at diag.Span) {
	if c.copies == 0 {
		c.outermost = at
	}
	c.copies++
}

func (c *checker) leaveCopy() { c.copies-- }

// grow counts n operators or operands, to which work has been done.
func (c *checker) grow(n int) {
	c.size += n
	if c.copies == 0 {
		return // bounded by the text
	}
	c.copied += n
	if c.work += n; c.size > maxSize || c.work > maxSize {
		c.tooLarge(c.outermost)
	}
}

// growBy counts the use of a local at a place, for which nothing need be done
// again.
func (c *checker) growBy(n int, at diag.Span) {
	c.copied += n
	if c.size += n; c.size > maxSize {
		if c.copies > 0 {
			at = c.outermost
		}
		c.tooLarge(at)
	}
}

// tooLarge reports that the filter grows beyond the bound, and has everything
// left undone that is not done yet.
func (c *checker) tooLarge(at diag.Span) {
	if !c.exhausted {
		c.list.Reportf(diag.ConditionTooLarge, at, "the condition is too large with its functions, loops and locals written out").
			Labelf("more than %d operations", maxSize).
			Hintf("where numbers are looked for, write x in {A, B} or x in lo..hi instead of a loop")
	}
	c.exhausted = true
}

// A mark says how much has been said so far.
type mark struct{ list, lints int }

func (c *checker) said() mark { return mark{len(c.list), len(c.lints)} }

// since calls f for what has been said since a mark.
func (c *checker) since(m mark, f func(*diag.Diagnostic)) {
	const enough = 8 // places; a long chain of functions explains nothing
	for _, list := range [...]diag.List{c.list[m.list:], c.lints[m.lints:]} {
		for i := range list {
			if len(list[i].Related) < enough {
				f(&list[i])
			}
		}
	}
}

func (c *checker) failedSince(m mark) bool { return c.list[m.list:].Failed() }
