// Extract makes the files in arch/gen/facts anew from a kernel source tree,
// Debian's cross compilers, manual pages and a few other packages. It needs
// them on the machine, so neither `go generate` nor CI runs it; what it writes
// is committed and read by arch/gen. docs/facts.md tells how to run it.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
)

// A step makes one or a few files of facts.
type step struct {
	name string
	run  func(sources) error
}

var steps = []step{
	{"numbers", extractNumbers},
	{"prototypes", extractPrototypes},
	{"constants", extractConstants},
	{"xsys", extractXsys},
	{"aliases", extractAliases},
	{"groups", extractGroups},
}

// sources says where the inputs are and where the facts go.
type sources struct {
	linux   string // an unpacked linux-source-6.12
	headers string // usr/include of an unpacked linux-libc-dev
	xsys    string // the module golang.org/x/sys
	manual  string // man2 of manpages-dev
	systemd string // an unpacked systemd 257.13
	facts   string // arch/gen/facts
}

func main() {
	var s sources
	flag.StringVar(&s.linux, "linux", "", "directory of the unpacked linux-source-6.12")
	flag.StringVar(&s.headers, "headers", "", "usr/include of the unpacked linux-libc-dev")
	flag.StringVar(&s.xsys, "xsys", "", "directory of the module golang.org/x/sys")
	flag.StringVar(&s.manual, "manual", "/usr/share/man/man2", "directory of section 2 of the manual")
	flag.StringVar(&s.systemd, "systemd", "", "directory of the unpacked systemd")
	flag.StringVar(&s.facts, "facts", "facts", "directory to write to")
	only := flag.String("only", "", "comma-separated steps to run; default: all")
	flag.Parse()
	for _, st := range steps {
		if *only != "" && !slices.Contains(strings.Split(*only, ","), st.name) {
			continue
		}
		if err := st.run(s); err != nil {
			fmt.Fprintf(os.Stderr, "extract: %s: %v\n", st.name, err)
			os.Exit(1)
		}
	}
}
