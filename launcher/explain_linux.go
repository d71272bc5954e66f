//go:build amd64 || arm64

package launcher

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// explainExecve says why execve failed with errno. The kernel's one number
// stands for many causes; what the file says of itself tells them apart.
func explainExecve(path string, im image, errno syscall.Errno) *Error {
	e := &Error{Status: StatusNotExecutable, Text: "cannot execute " + path + ": " + errno.Error(), Err: errno}
	switch errno {
	case unix.ENOENT:
		e.explainMissing(path, im)
	case unix.EACCES:
		e.Text = "cannot execute " + path + ": permission denied"
		e.Hint = "the file, a directory above it, or its interpreter lacks the x permission, or a file system is mounted noexec"
	case unix.ENOEXEC:
		e.explainFormat(path, im)
	case unix.E2BIG:
		e.Text = "cannot execute " + path + ": the arguments and the environment are too long"
		e.Hint = "one string may have 128 KiB; all together may take a quarter of the stack's limit (ulimit -s), and at most 6 MiB"
	case unix.ETXTBSY:
		e.Text = "cannot execute " + path + ": the file is open for writing"
	case unix.ELOOP:
		e.Text = "cannot execute " + path + ": too many interpreters or symbolic links after one another"
	}
	return e
}

// explainMissing is for ENOENT: the file itself or an interpreter is not there.
func (e *Error) explainMissing(path string, im image) {
	switch {
	case im.kind == kindMissing:
		e.Status = StatusNotFound
		e.Text = path + ": no such file"
	case im.kind == kindScript && !exists(im.interpreter):
		e.Text = "cannot execute " + path + ": its interpreter " + quoted(im.interpreter) + " is not there"
		e.Hint = "the first line of the script names it"
		if n := len(im.interpreter); n > 0 && im.interpreter[n-1] == '\r' {
			e.Hint = "the first line of the script ends with a carriage return: save it with Unix line ends"
		}
	case im.kind == kindELF && im.interpreter != "" && !exists(im.interpreter):
		e.Text = "cannot execute " + path + ": its dynamic loader " + quoted(im.interpreter) + " is not there"
		e.Hint = "the program was built for another C library or another system"
	default:
		e.Text = "cannot execute " + path + ": the file, or an interpreter that it needs, is not there"
	}
}

// explainFormat is for ENOEXEC: no binary format of the kernel takes the file.
func (e *Error) explainFormat(path string, im image) {
	e.Text = "cannot execute " + path + ": the kernel does not know its format"
	switch im.kind {
	case kindELF:
		e.Hint = "it is an ELF file for another machine, or damaged"
	case kindEmpty:
		e.Text = "cannot execute " + path + ": the file is empty"
	case kindOther:
		e.Hint = "if it is a script, its first line must name the interpreter, as in #!/bin/sh; or run it as: sh " + path
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
