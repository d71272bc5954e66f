package main

import (
	"fmt"
	"strings"
)

// resolve picks the definition of entry that a kernel for src has: its own
// architecture's before the shared one, and among several shared ones the one
// that choices names.
func resolve(all map[string][]prototype, src abiSource, entry string) (prototype, error) {
	name := entry
	if same, ok := sameAs[entry]; ok {
		name = same
	}
	if src.abi == "i386" {
		// The i386 entry points of a 64-bit kernel take 64-bit values as two
		// 32-bit parameters; the i386 kernel's own prototype has the names.
		if rest, ok := strings.CutPrefix(name, "sys_ia32_"); ok {
			name = "sys_" + rest
		}
	}
	var own, shared []prototype
	for _, p := range all[name] {
		switch {
		case strings.HasPrefix(p.file, "arch/"+src.arch+"/"):
			own = append(own, p)
		case !strings.HasPrefix(p.file, "arch/"):
			shared = append(shared, p)
		}
	}
	list := own
	if p, ok := handWritten[entry]; ok && len(list) == 0 {
		return p, nil
	}
	if len(list) == 0 {
		list = shared
	}
	if len(list) > 1 {
		list = choose(list, src)
	}
	if len(list) == 0 {
		return prototype{}, fmt.Errorf("%s has no definition", entry)
	}
	for _, p := range list[1:] {
		if p.String() != list[0].String() {
			msg := entry + " has several definitions:"
			for _, q := range list {
				msg += fmt.Sprintf("\n\t%s %q %v", q.file, q.conds, q.params)
			}
			return prototype{}, fmt.Errorf("%s", msg)
		}
	}
	return list[0], nil
}
