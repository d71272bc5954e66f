package main

import (
	"bytes"
	"flag"
	"os"
	"strconv"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/internal/installed"
)

func dumpVerb() *verb {
	return &verb{
		name:     "dump",
		operands: "PID",
		brief:    "show the filters of a running process as text",
		about: `The filters are those that the kernel holds for process PID, the oldest first and
counted from 1, whoever installed them; of each it is said whether the kernel
logs what it denies. Each thread has filters of its own: if they differ, those
of the main thread are shown, and --threads shows all. The formats:
  asm   a listing, as disasm writes it (default)
  bpf   a raw array of struct sock_filter, which disasm, diff and
        prove --program read; it holds one filter, which --filter chooses
  c     definitions for a C program
Addresses of once() are written as #secret, and not at all as bpf or c.
The kernel tells only root (CAP_SYS_ADMIN in the initial user namespace), and
nobody who has a filter. A thread is stopped for well under a millisecond.`,
		examples: []example{
			{"what holds the shell that this was typed into", "sudo sandbox dump $$"},
			{"the newest of two filters, to compare it with a policy", "sudo sandbox dump 4711 --filter 2 --format bpf -o app.bpf"},
			{"one thread", "sudo sandbox dump --tid 4713"},
		},
		prepare: prepareDump,
	}
}

// dumpFormats returns what --format of dump takes.
func dumpFormats() []string { return []string{"asm", "bpf", "c"} }

// A dump is what is asked for.
type dump struct {
	format  string
	output  string
	filter  int // counted from 1; 0: all
	one     bool
	threads bool
	asJSON  bool
}

func prepareDump(options *flag.FlagSet) action {
	var d dump
	options.StringVar(&d.format, "format", "asm", "write this `FORM`: asm, bpf or c")
	options.StringVar(&d.output, "o", "-", "write to `FILE`, all of it or nothing; -: standard output")
	options.IntVar(&d.filter, "filter", 0, "only filter `N`, counted from 1, the oldest")
	options.BoolVar(&d.one, "tid", false, "PID is the id of a thread, and only that is looked at")
	options.BoolVar(&d.threads, "threads", false, "show the filters of each thread that has others than the main thread")
	options.BoolVar(&d.asJSON, "json", false, "answer in JSON, one object a filter")
	return func(u *ui, operands []string) error {
		pid, err := d.check(operands)
		if err != nil {
			return err
		}
		abi, err := nativeABI()
		if err != nil {
			return err
		}
		stacks, err := readStacks(pid, d.one)
		if err != nil {
			return err
		}
		return d.show(u, abi, pid, stacks)
	}
}

// check reads the operands and refuses options that do not go together.
func (d *dump) check(operands []string) (pid int, err error) {
	text, err := onlyOperand("dump", "the id of a process", operands)
	if err != nil {
		return 0, err
	}
	pid, err = strconv.Atoi(text)
	if err != nil || pid <= 0 {
		return 0, misuse("dump: %q is not the id of a process", text).hinted("pgrep NAME finds the ids of programs")
	}
	switch {
	case d.filter < 0:
		return 0, misuse("dump: filters are counted from 1, the oldest")
	case d.one && d.threads:
		return 0, misuse("dump: --tid is about one thread, and --threads about all")
	case d.asJSON && d.format != "asm":
		return 0, misuse("dump: --json is a format of its own")
	case d.format == "bpf" && d.threads:
		return 0, misuse("dump: the format bpf holds one filter").hinted("choose a thread: sandbox dump --format bpf --tid TID")
	case d.format == "bpf" && d.output == "-" && isTerminal(os.Stdout):
		return 0, misuse("dump: the format bpf is not for a terminal").hinted("name a file: -o FILE")
	}
	return pid, checkDumpFormat(d.format)
}

// show writes the filters of the main thread, or of each thread.
func (d *dump) show(u *ui, abi arch.ABI, pid int, stacks []stack) error {
	shown := stacks
	if !d.threads {
		shown = stacks[:1]
	}
	var out bytes.Buffer
	w := dumpWriter{dump: d, out: &out, abi: abi, pid: pid}
	if d.format == "c" {
		out.WriteString("#include <linux/filter.h>\n\n")
	}
	if len(shown) == 1 && shown[0].reason != nil {
		return shown[0].none(pid, d.one, len(stacks) > 1)
	}
	for i := range shown {
		s := &shown[i]
		if d.filter > len(s.filters) && d.threads {
			continue
		}
		if d.filter > len(s.filters) {
			return fail("%s has %s, not %d", named(pid, d.one), plural(len(s.filters), "filter"), d.filter)
		}
		if d.format == "bpf" && d.filter == 0 && len(s.filters) > 1 {
			return misuse("dump: %s has %d filters, and the format bpf holds one", named(pid, d.one), len(s.filters)).
				hinted("choose one, 1 being the oldest: --filter %d", len(s.filters))
		}
		if err := w.stack(s); err != nil {
			return err
		}
	}
	if d.filter > 0 && w.written == 0 {
		return fail("no thread of process %d has %d filters", pid, d.filter)
	}
	if d.output != "-" {
		if err := writeWhole(d.output, out.Bytes()); err != nil {
			return err
		}
	} else if _, err := u.out.Write(out.Bytes()); err != nil {
		return err
	}
	if others := len(stacks) - len(shown); others > 0 && !d.asJSON {
		u.say("other threads of process %d have other filters, which are not shown", pid)
		u.hint("--threads shows all")
	}
	return d.refused(pid, shown)
}

// refused says which of the filters bpf.Verify refuses, although the kernel
// has accepted it. It has been shown all the same.
func (d *dump) refused(pid int, shown []stack) error {
	for _, s := range shown {
		for i, f := range s.filters {
			if _, err := bpf.Verify(f.Code); err != nil {
				return fail("%s: %v", named(pid, d.one), &installed.Refusal{Index: i, Err: err})
			}
		}
	}
	return nil
}

// named returns how messages call what was asked about.
func named(id int, thread bool) string {
	if thread {
		return "thread " + strconv.Itoa(id)
	}
	return "process " + strconv.Itoa(id)
}
