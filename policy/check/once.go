package check

import (
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// onceName names the one function that is not written in the language: what it
// says is known to the launcher alone.
const onceName = "once"

// IsOnce reports whether a function is applied that says once().
func IsOnce(x *filter.Apply) bool { return x.Func.Text == onceName && len(x.Args) == 0 }

// once types once(), which must be all that is asked in "allow execve". On an
// ABI with which the launcher starts no program it is false.
func (c *checker) once(x *filter.Apply) operand {
	if !c.onceInPlace(x) {
		return operand{}
	}
	var meaning typed.Bool = &typed.Truth{}
	if c.abi.Machine() == c.abi {
		meaning = typed.OncePlaceholder()
	}
	cond := c.predicate(x, meaning)
	cond.(*typed.Predicate).Once = true
	return truthOf(x, cond)
}

// onceInPlace reports whether once() can stand where it does. Each other place
// is a mistake of its own.
func (c *checker) onceInPlace(x *filter.Apply) bool {
	const instead = "allow it in a filter of its own, execve: once(), and refuse execve and execveat after that"
	misplaced := func(format string, args ...any) *diag.Diagnostic {
		return c.list.Reportf(diag.MisplacedOnce, x.At, format, args...)
	}
	switch {
	case len(x.Args) > 0:
		c.list.Reportf(diag.ArgumentCount, x.At, "once takes no arguments, not %d", len(x.Args)).
			Hintf("write %s; calls cannot be counted, as a filter has no memory", typed.OnceText)
	case c.layout == nil || c.function != nil:
		misplaced("%s can be asked in a filter only", typed.OnceText).
			Labelf("is known of one system call only").
			Hintf(instead)
	case !c.selectsExecve():
		misplaced("%s can be asked of execve alone", typed.OnceText).
			Labelf("is known only of the execve that starts the program").
			Hintf(instead).
			Hintf("other calls cannot be counted, as a filter has no memory")
	case c.action != typed.Allow:
		label := "the program would not be started"
		if c.action < typed.Errno {
			label = "its action has to be allow"
		}
		misplaced("%s can stand only in a rule that allows", typed.OnceText).
			Labelf("%s", label).
			Hintf(instead)
	case unparen(c.body) != filter.Expr(x):
		misplaced("%s must be all that is asked", typed.OnceText).
			Labelf("the arguments of that execve are the launcher's: nothing else can be asked of it").
			Hintf(instead)
	default:
		return true
	}
	return false
}

// selectsExecve reports whether the filter names execve and nothing else.
func (c *checker) selectsExecve() bool {
	return len(c.selectors) == 1 && c.selectors[0].Kind == filter.SelectName && c.selectors[0].Name == "execve" && !c.selectors[0].Exclude
}
