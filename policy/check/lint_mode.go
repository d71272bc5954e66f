package check

import (
	"slices"
	"strings"

	"sandbox/internal/diag"
	"sandbox/policy/filter"
)

// lintDecimalMode warns of "mode == 777": permissions are octal everywhere
// else, and 777 is 01411.
func (c *checker) lintDecimalMode(x, other filter.Expr) {
	number, ok := unparen(other).(*filter.Number)
	if !ok || len(number.Text) < len("644") || len(number.Text) > len("1777") || number.Text[0] == '0' || strings.Trim(number.Text, "01234567") != "" {
		return
	}
	mode := c.modeIn(x)
	if mode == "" || slices.ContainsFunc(c.lints, func(d diag.Diagnostic) bool { return d.Code == diag.DecimalMode }) {
		return
	}
	c.lints.Reportf(diag.DecimalMode, number.At, "%s is decimal, and permissions such as %s are written in octal", number.Text, mode).
		Labelf("the same as %#o", number.Value()).
		Hintf("octal begins with 0, as in C: 0%s", number.Text)
}

// modeIn returns the name of a file mode that x is, or is a part of; or "".
func (c *checker) modeIn(x filter.Expr) string {
	switch x := unparen(x).(type) {
	case *filter.Name:
		for i := range c.names {
			if n := &c.names[i]; n.text == x.Text && len(n.params) > 0 && n.params[0].CType == "umode_t" {
				return n.text
			}
		}
	case *filter.Unary:
		return c.modeIn(x.X)
	case *filter.Binary:
		if x.Op == filter.And {
			if mode := c.modeIn(x.X); mode != "" {
				return mode
			}
			return c.modeIn(x.Y)
		}
	}
	return ""
}
