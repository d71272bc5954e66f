package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A function is a prototype in a manual page's SYNOPSIS.
type function struct {
	params []string // the names
	open   bool     // more parameters follow: "..."
}

// manualName maps a system call to the function that the manual describes,
// where they differ: glibc's wrapper has the same parameters up to those that
// the count or the collision rule leaves out.
var manualName = map[string]string{
	"newfstatat": "fstatat", "fstatat64": "fstatat", "pread64": "pread", "pwrite64": "pwrite", "_newselect": "select", "mmap2": "mmap",
	"sendfile64": "sendfile", "truncate64": "truncate", "ftruncate64": "ftruncate", "fcntl64": "fcntl", "stat64": "stat",
	"lstat64": "lstat", "fstat64": "fstat", "fadvise64": "posix_fadvise", "fadvise64_64": "posix_fadvise", "umount": "umount2",
	"exit_group": "_exit", "exit": "_exit", "getrlimit": "getrlimit", "ugetrlimit": "getrlimit", "prlimit64": "prlimit",
	"setuid32": "setuid", "setgid32": "setgid", "setreuid32": "setreuid", "setregid32": "setregid", "setresuid32": "setresuid",
	"setresgid32": "setresgid", "getresuid32": "getresuid", "getresgid32": "getresgid", "setgroups32": "setgroups",
	"getgroups32": "getgroups", "chown32": "chown", "fchown32": "fchown", "lchown32": "lchown", "setfsuid32": "setfsuid",
	"setfsgid32": "setfsgid", "clock_gettime64": "clock_gettime", "clock_settime64": "clock_settime", "clock_getres_time64": "clock_getres",
	"clock_nanosleep_time64": "clock_nanosleep", "timer_gettime64": "timer_gettime", "timer_settime64": "timer_settime",
	"timerfd_gettime64": "timerfd_gettime", "timerfd_settime64": "timerfd_settime", "utimensat_time64": "utimensat",
	"recvmmsg_time64": "recvmmsg", "mq_timedsend_time64": "mq_timedsend", "mq_timedreceive_time64": "mq_timedreceive",
	"semtimedop_time64": "semtimedop", "futex_time64": "futex", "sched_rr_get_interval_time64": "sched_rr_get_interval",
	"uname": "uname", "signalfd4": "signalfd", "eventfd2": "eventfd", "epoll_create1": "epoll_create1", "statfs64": "statfs",
	"fstatfs64": "fstatfs", "inotify_init1": "inotify_init1", "dup3": "dup3", "sync_file_range2": "sync_file_range2",
}

// notAliased are calls, or parameters of them, that mean something else than
// the function of the same name or the parameter at the same place; reviewed
// as a list.
var notAliased = []string{
	"clone",             // glibc's takes the function to run first
	"cacheflush",        // arm's second parameter is the end, the page's the length
	"mmap2 pgoff",       // in pages, the page's in bytes
	"signalfd sizemask", // the page's flags are signalfd4's
}

// extractAliases writes the manual's names of parameters, where they differ,
// matched by position. It leaves out a call unless both have the same number
// of parameters, or the manual's end in "...".
func extractAliases(s sources) error {
	functions, err := readManual(s.manual)
	if err != nil {
		return err
	}
	all, err := readPrototypes(s.linux)
	if err != nil {
		return err
	}
	found := map[[3]string]bool{}
	for _, src := range abiSources {
		rows, err := abiRows(s.linux, src)
		if err != nil {
			return err
		}
		for _, r := range rows {
			name := r.name
			if other, ok := manualName[name]; ok {
				name = other
			}
			if r.entry == "" || slices.Contains(notAliased, r.name) {
				continue
			}
			p, err := resolve(all, src, r.entry)
			if err != nil {
				continue // sys_ni_syscall; extractPrototypes reports the rest
			}
			f, ok := matching(functions[name], len(p.params))
			if !ok {
				continue
			}
			names := make([]string, len(p.params))
			for i, param := range p.params {
				names[i], _, _ = strings.Cut(param, ":")
			}
			for i, alias := range f.params {
				if alias != names[i] && !slices.Contains(names, alias) && !slices.Contains(notAliased, r.name+" "+names[i]) {
					found[[3]string{r.name, names[i], alias}] = true
				}
			}
		}
	}
	list := make([][3]string, 0, len(found))
	for f := range found {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b [3]string) int { return slices.Compare(a[:], b[:]) })
	return writeFacts(filepath.Join(s.facts, "aliases_manual.tsv"),
		"# The manual's names of parameters: system call, the kernel's name, the manual's.\n"+
			"# Source: the SYNOPSIS of section 2 of Debian's manpages-dev 6.03-2, matched by position.\n"+
			"# Made by arch/gen/extract (aliases); reviewed as a list.\n",
		func(line func(fields ...string)) {
			for _, f := range list {
				line(f[:]...)
			}
		})
}

// matching picks the prototype with n parameters, or with fewer and "...".
func matching(list []function, n int) (function, bool) {
	for _, f := range list {
		if len(f.params) == n || f.open && len(f.params) < n {
			return f, true
		}
	}
	return function{}, false
}

// readManual reads the prototypes of all pages of section 2.
func readManual(dir string) (map[string][]function, error) {
	pages, err := filepath.Glob(filepath.Join(dir, "*.2.gz"))
	if err != nil {
		return nil, err
	}
	all := map[string][]function{}
	for _, page := range pages {
		text, err := gunzip(page)
		if err != nil {
			return nil, err
		}
		own := strings.TrimSuffix(filepath.Base(page), ".2.gz")
		for name, f := range synopsis(text) {
			// A page's own function, rather than one that another mentions.
			if _, ok := all[name]; !ok || name == own {
				all[name] = f
			}
		}
	}
	return all, nil
}

func gunzip(path string) (string, error) {
	packed, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	return string(text), err
}

// synopsis finds the prototypes in a page. Parameter names are the words in
// italics, which text marks with a leading "\x01".
func synopsis(page string) map[string][]function {
	_, body, ok := strings.Cut(page, ".SH SYNOPSIS")
	if !ok {
		return nil
	}
	body, _, _ = strings.Cut(body, "\n.SH ")
	all := map[string][]function{}
	for _, statement := range strings.Split(italicized(body), ";") {
		head, args, ok := strings.Cut(statement, "(")
		end := strings.LastIndex(args, ")")
		if !ok || end < 0 {
			continue
		}
		words := strings.Fields(strings.ReplaceAll(head, "*", " "))
		if len(words) == 0 {
			continue
		}
		name := words[len(words)-1]
		list := splitArgs(args[:end])
		if name == "syscall" {
			name = strings.TrimPrefix(strings.TrimSpace(list[0]), "SYS_")
			list = list[1:]
		}
		if f, ok := parameters(list); ok {
			all[name] = append(all[name], f)
		}
	}
	return all
}

// parameters takes the last italic word of each argument.
func parameters(list []string) (function, bool) {
	var f function
	for _, arg := range list {
		if strings.Contains(arg, "...") {
			f.open = true
			break
		}
		if strings.TrimSpace(arg) == "void" {
			break
		}
		i := strings.LastIndexByte(arg, '\x01')
		if i < 0 {
			return f, false
		}
		name := strings.TrimLeft(arg[i+1:], " ")
		if end := strings.IndexFunc(name, func(r rune) bool { return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') }); end >= 0 {
			name = name[:end]
		}
		f.params = append(f.params, name)
	}
	return f, true
}

// splitArgs splits at the commas outside of parentheses, without comments and
// without array lengths.
func splitArgs(args string) []string {
	var list []string
	var b strings.Builder
	depth := 0
	for i := 0; i < len(args); i++ {
		switch c := args[i]; {
		case strings.HasPrefix(args[i:], "/*"):
			end := strings.Index(args[i:], "*/")
			if end < 0 {
				end = len(args) - i - 2
			}
			i += end + 1
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == ',' && depth == 0:
			list = append(list, b.String())
			b.Reset()
		case depth == 0:
			b.WriteByte(c)
		}
	}
	return append(list, b.String())
}

// italicized returns the text of roff lines, with "\x01" before each word in
// italics.
func italicized(body string) string {
	body = strings.ReplaceAll(body, "\\\n", "")
	var b strings.Builder
	for _, line := range strings.Split(body, "\n") {
		macro, rest, _ := strings.Cut(line, " ")
		if strings.HasPrefix(strings.TrimLeft(rest, `" `), "#") {
			continue // #include and #define, with comments
		}
		switch macro {
		case ".BI", ".BR", ".RI", ".IR", ".IB", ".RB":
			for i, word := range roffWords(rest) {
				if macro[1+i%2] == 'I' {
					b.WriteByte('\x01')
				}
				b.WriteString(plain(word))
			}
		case ".B":
			b.WriteString(plain(strings.Join(roffWords(rest), " ")))
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// roffWords splits a macro's arguments, which are separated by blanks unless
// quoted.
func roffWords(s string) []string {
	var words []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		var word string
		if s[0] == '"' {
			word, s, _ = strings.Cut(s[1:], `"`)
		} else {
			word, s, _ = strings.Cut(s, " ")
		}
		words = append(words, word)
	}
	return words
}

// plain drops font changes; "\fI" marks italics.
func plain(word string) string {
	word = strings.ReplaceAll(word, `\fI`, "\x01")
	for _, escape := range []string{`\fB`, `\fR`, `\fP`, `\-`, `\&`, `_Nullable`} {
		word = strings.ReplaceAll(word, escape, "")
	}
	return word
}
