package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
)

// printMachine says what the figures were measured on and with.
func printMachine(w io.Writer) {
	line := func(what, value string) {
		if value != "" {
			fmt.Fprintf(w, "- %s: %s\n", what, value)
		}
	}
	line("processor", processor())
	line("processors", fmt.Sprint(runtime.NumCPU()))
	line("kernel", file("/proc/sys/kernel/osrelease"))
	line("BPF JIT (net.core.bpf_jit_enable)", file("/proc/sys/net/core/bpf_jit_enable"))
	line("load average before", file("/proc/loadavg"))
	line("Go", runtime.Version())
	line("gcc", output("gcc", "-dumpfullversion"))
	line("libseccomp", output("pkg-config", "--modversion", "libseccomp"))
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == "gvisor.dev/gvisor" || module.Path == "github.com/elastic/go-seccomp-bpf" {
				line(module.Path, module.Version)
			}
		}
	}
	line("bubblewrap", strings.TrimPrefix(output("bwrap", "--version"), "bubblewrap "))
	firejail, _, _ := strings.Cut(output("firejail", "--version"), "\n")
	line("firejail", strings.TrimPrefix(firejail, "firejail version "))
	fmt.Fprintln(w)
}

func processor() string {
	for line := range strings.Lines(file("/proc/cpuinfo")) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// file returns what a small file says, or "".
func file(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(content))
}

// output returns what a program prints, or "".
func output(name string, args ...string) string {
	text, err := exec.Command(name, args...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
