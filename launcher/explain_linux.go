//go:build amd64 || arm64

package launcher

import (
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// A reason is why execve failed. Its texts are in pieces: those that are
// prepared for the case that it fails are put together in one place, and most
// of them are never read.
type reason struct {
	status int
	text   [5]string
	hint   [2]string // none if the first piece is empty
}

// err returns the reason as an error.
func (r reason) err(errno syscall.Errno) *Error {
	return &Error{Status: r.status, Text: strings.Join(r.text[:], ""), Hint: strings.Join(r.hint[:], ""), Err: errno}
}

// appendTo appends the lines that say it to a user.
func (r reason) appendTo(lines []byte) []byte {
	lines = append(lines, "sandbox: "...)
	for _, piece := range r.text {
		lines = append(lines, piece...)
	}
	if r.hint[0] != "" {
		lines = append(lines, "\nhint: "...)
		for _, piece := range r.hint {
			lines = append(lines, piece...)
		}
	}
	return append(lines, '\n')
}

// explainExecve says why execve failed with errno. The kernel's one number
// stands for many causes; what the file says of itself tells them apart.
func explainExecve(path string, im image, errno syscall.Errno) reason {
	switch errno {
	case unix.ENOENT:
		return explainMissing(path, im)
	case unix.EACCES:
		return cannotExecute(path, "permission denied").
			hinted("the file, a directory above it, or its interpreter lacks the x permission, or a file system is mounted noexec")
	case unix.ENOEXEC:
		return explainFormat(path, im)
	case unix.E2BIG:
		return cannotExecute(path, "the arguments and the environment are too long").
			hinted("one string may have 128 KiB; all together may take a quarter of the stack's limit (ulimit -s), and at most 6 MiB")
	case unix.ETXTBSY:
		return cannotExecute(path, "the file is open for writing")
	case unix.ELOOP:
		return cannotExecute(path, "too many interpreters or symbolic links after one another")
	}
	return cannotExecute(path, errno.Error())
}

func cannotExecute(path string, why ...string) reason {
	r := reason{status: StatusNotExecutable, text: [5]string{"cannot execute ", path, ": "}}
	copy(r.text[3:], why)
	return r
}

func (r reason) hinted(hint ...string) reason {
	copy(r.hint[:], hint)
	return r
}

// explainMissing is for ENOENT: the file itself or an interpreter is not there.
func explainMissing(path string, im image) reason {
	switch {
	case im.kind == kindMissing:
		return reason{status: StatusNotFound, text: [5]string{path, ": no such file"}}
	case im.kind == kindScript && !exists(im.interpreter):
		r := cannotExecute(path, "its interpreter "+quoted(im.interpreter), " is not there")
		if strings.HasSuffix(im.interpreter, "\r") {
			return r.hinted("the first line of the script ends with a carriage return: save it with Unix line ends")
		}
		return r.hinted("the first line of the script names it")
	case im.kind == kindELF && im.interpreter != "" && !exists(im.interpreter):
		return cannotExecute(path, "its dynamic loader "+quoted(im.interpreter), " is not there").
			hinted("the program was built for another C library or another system")
	}
	return cannotExecute(path, "the file, or an interpreter that it needs, is not there")
}

// explainFormat is for ENOEXEC: no binary format of the kernel takes the file.
func explainFormat(path string, im image) reason {
	if im.kind == kindEmpty {
		return cannotExecute(path, "the file is empty")
	}
	r := cannotExecute(path, "the kernel does not know its format")
	switch im.kind {
	case kindELF:
		return r.hinted("it is an ELF file for another machine, or damaged")
	case kindOther:
		return r.hinted("if it is a script, its first line must name the interpreter, as in #!/bin/sh; or run it as: sh ", path)
	}
	return r
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
