//go:build amd64 || arm64

package launcher

import (
	"errors"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// DefaultPath is searched when the environment has no PATH at all. An empty
// PATH is something else: one empty entry, the current directory.
const DefaultPath = "/usr/local/bin:/usr/bin:/bin"

// Resolve finds the executable that name stands for, as execvp does: a name
// with a slash is used as it is, any other is looked up in pathEnv, the value
// of PATH. An entry that is empty is the current directory. A hit that cannot
// be executed is passed over, and reported when nothing better comes; an entry
// that cannot be searched is no hit. (execvp reports a lack of permission
// there too, which hides a misspelt name.)
//
// The error is an *Error whose Status is StatusNotFound or
// StatusNotExecutable.
func Resolve(name, pathEnv string) (path string, err error) {
	switch {
	case name == "":
		return "", &Error{Status: StatusNotFound, Text: "the command's name is empty", Err: unix.ENOENT}
	case strings.IndexByte(name, 0) >= 0:
		return "", &Error{Status: StatusNotFound, Text: "the command's name contains a zero byte", Err: unix.EINVAL}
	case strings.IndexByte(name, '/') >= 0:
		if _, err := executable(name); err != nil {
			return "", resolveError(name, err)
		}
		return name, nil
	}
	var refused error // the first hit that cannot be executed
	var refusedPath string
	for rest, more := pathEnv, true; more; {
		var dir string
		dir, rest, more = strings.Cut(rest, ":")
		if dir == "" {
			dir = "."
		}
		candidate := dir + "/" + name
		hit, err := executable(candidate)
		if err == nil {
			return candidate, nil
		}
		if refused == nil && hit {
			refused, refusedPath = err, candidate
		}
	}
	if refused != nil {
		return "", resolveError(refusedPath, refused)
	}
	return "", &Error{
		Status: StatusNotFound,
		Text:   name + ": command not found in PATH",
		Hint:   "give its path, with a slash, if it is not in " + pathEnv,
		Err:    unix.ENOENT,
	}
}

var (
	errDirectory  = errors.New("is a directory")
	errNotRegular = errors.New("is not a regular file")
)

// executable checks what execve checks first: a regular file, and permission,
// noexec mounts included. A hit is anything that is there.
func executable(path string) (hit bool, err error) {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return false, err
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		return true, unix.Faccessat(unix.AT_FDCWD, path, unix.X_OK, unix.AT_EACCESS)
	case unix.S_IFDIR:
		return true, errDirectory
	}
	return true, errNotRegular
}

func resolveError(path string, err error) *Error {
	e := &Error{Status: StatusNotExecutable, Err: err}
	switch err {
	case unix.ENOENT:
		e.Status = StatusNotFound
		e.Text = path + ": no such file"
		if _, lerr := os.Readlink(path); lerr == nil {
			e.Text = path + ": is a symbolic link to nothing"
		}
	case unix.EACCES:
		e.Text = "cannot execute " + path + ": permission denied"
		e.Hint = "the file, or a directory above it, lacks the x permission, or its file system is mounted noexec"
	case errDirectory, errNotRegular:
		e.Text = "cannot execute " + path + ": " + err.Error()
		e.Err = unix.EACCES
	default:
		e.Text = "cannot execute " + path + ": " + err.Error()
	}
	return e
}
