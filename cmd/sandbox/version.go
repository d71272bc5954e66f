package main

import (
	"flag"
	"runtime"
	"runtime/debug"
	"strings"

	"sandbox/arch"
)

func versionVerb() *verb {
	return &verb{
		name:  "version",
		brief: "print the version, the ABIs and the kernel that the tables know",
		examples: []example{
			{"what is this binary", "sandbox version"},
			{"for a bug report", "sandbox version --json"},
		},
		prepare: prepareVersion,
	}
}

// A versionJSON is what the binary knows of itself.
type versionJSON struct {
	Version  string   `json:"version"`
	Revision string   `json:"revision,omitempty"`
	Modified bool     `json:"modified,omitempty"` // built from a tree with changes
	Go       string   `json:"go"`
	System   string   `json:"system"`
	CGO      bool     `json:"cgo,omitempty"` // built with it: see internal/inherited
	Kernel   string   `json:"kernel"`        // the newest release in the tables
	ABIs     []string `json:"abis"`
}

func prepareVersion(options *flag.FlagSet) action {
	asJSON := options.Bool("json", false, "answer in JSON")
	return func(u *ui, operands []string) error {
		if err := noOperands("version", operands); err != nil {
			return err
		}
		v := readVersion()
		if *asJSON {
			return u.answerJSON(v)
		}
		u.answer("sandbox %s", v.Version)
		if v.Revision != "" {
			changed := ""
			if v.Modified {
				changed = " with changes"
			}
			u.answer("revision  %s%s", v.Revision, changed)
		}
		u.answer("built by  %s for %s", v.Go, v.System)
		if v.CGO {
			u.answer("          with cgo: ignored signals and closed descriptors are not passed on as they were; CGO_ENABLED=0 builds what does")
		}
		u.answer("tables    Linux %s", v.Kernel)
		u.answer("ABIs      %s", strings.Join(v.ABIs, ", "))
		return nil
	}
}

// readVersion reads what the Go toolchain wrote into the binary.
func readVersion() versionJSON {
	v := versionJSON{
		Version: "(devel)",
		Go:      runtime.Version(),
		System:  runtime.GOOS + "/" + runtime.GOARCH,
		Kernel:  arch.Latest().String(),
	}
	for _, abi := range arch.ABIs() {
		v.ABIs = append(v.ABIs, abi.String())
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			v.Revision = setting.Value
		case "vcs.modified":
			v.Modified = setting.Value == "true"
		case "CGO_ENABLED":
			v.CGO = setting.Value == "1"
		}
	}
	return v
}
