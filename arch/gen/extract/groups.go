package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	setName   = regexp.MustCompile(`\.name = "@([a-z-]+)"`)
	setMember = regexp.MustCompile(`"(@?[a-z0-9_-]+)\\0"`)
)

// extractGroups writes systemd's sets of system calls. Its @known is what its
// build knows; here that is every call of the tables, which "*" stands for.
func extractGroups(s sources) error {
	text, err := os.ReadFile(filepath.Join(s.systemd, "src/shared/seccomp-util.c"))
	if err != nil {
		return err
	}
	_, sets, _ := strings.Cut(string(text), "syscall_filter_sets[_SYSCALL_FILTER_SET_MAX] = {")
	sets, _, _ = strings.Cut(sets, "\n};")
	return writeFacts(filepath.Join(s.facts, "groups.tsv"),
		"# systemd's sets of system calls: set, then its members; @name is another set, * every call of the tables.\n"+
			"# Source: systemd 257.13 (Debian 257.13-1~deb13u1), src/shared/seccomp-util.c.\n"+
			"# Made by arch/gen/extract (groups).\n",
		func(line func(fields ...string)) {
			for _, set := range strings.Split(sets, "[SYSCALL_FILTER_SET_") {
				name := setName.FindStringSubmatch(set)
				if name == nil {
					continue
				}
				fields := []string{name[1]}
				for _, m := range setMember.FindAllStringSubmatch(set, -1) {
					fields = append(fields, m[1])
				}
				if name[1] == "known" {
					fields = []string{"known", "*"}
				}
				line(fields...)
			}
		})
}
