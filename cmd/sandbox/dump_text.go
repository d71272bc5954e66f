package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/internal/diag"
	"sandbox/internal/installed"
	"sandbox/policy/typed"
)

// checkDumpFormat refuses a format that dump does not have.
func checkDumpFormat(name string) error {
	if slices.Contains(dumpFormats(), name) {
		return nil
	}
	f := misuse("dump: there is no format %q", name)
	if near, ok := diag.Nearest(name, slices.Values(dumpFormats())); ok {
		return f.hinted("did you mean %s?", near)
	}
	return f.hinted("formats are %s", strings.Join(dumpFormats(), ", "))
}

// A dumpWriter writes filters as they are asked for.
type dumpWriter struct {
	*dump
	out     *bytes.Buffer
	abi     arch.ABI
	pid     int
	written int // filters
}

// stack writes the filters of some threads.
func (w *dumpWriter) stack(s *stack) error {
	w.comment("%s", w.title(s))
	if w.asJSON && len(s.filters) == 0 {
		return newEncoder(w.out).Encode(newFilterJSON(w, s))
	}
	for i, f := range s.filters {
		if w.filter != 0 && w.filter != i+1 {
			continue
		}
		if err := w.filterOf(s, i, f); err != nil {
			return err
		}
		w.written++
	}
	return nil
}

// filterOf writes one filter.
func (w *dumpWriter) filterOf(s *stack, i int, f installed.Filter) error {
	marks, some := secrets(f.Code, w.abi)
	if w.asJSON {
		return newEncoder(w.out).Encode(newFilterJSON(w, s).with(i, f, marks))
	}
	if some && w.format != "asm" {
		return fail("filter %d compares what execve is given with addresses, as for %s, which the format %s would show", i+1, typed.OnceText, w.format).
			hinted("the format asm and --json show %s in their place", redacted)
	}
	if w.format == "bpf" {
		w.out.Write(rawCode(f.Code, byteOrder(w.abi)))
		return nil
	}
	w.comment("filter %d: %s%s", i+1, plural(len(f.Code), "instruction"), logged(f))
	notes := constantNotes(f.Code, 0)
	if w.format == "c" {
		return writeCProgram(w.out, fmt.Sprintf("dumped%d", w.written+1), f.Code, func(i int) string { return notes[i] })
	}
	return bpf.WriteListing(w.out, f.Code, bpf.Listing{
		BigEndian: w.abi.BigEndian(),
		Annotate:  func(i int) string { return notes[i] },
		Secret:    func(i int) bool { return marks[i] != harmless },
	})
}

// redacted is what stands for constants that are not shown.
const redacted = "#secret"

// comment writes a line about what follows, where the format has comments.
func (w *dumpWriter) comment(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	switch {
	case w.asJSON || w.format == "bpf":
	case w.format == "c":
		fmt.Fprintf(w.out, "/* %s */\n", inComment(text))
	default:
		fmt.Fprintf(w.out, "; %s\n", text)
	}
}

// title says whose filters follow.
func (w *dumpWriter) title(s *stack) string {
	what := plural(len(s.filters), "filter") + ", the oldest first"
	switch {
	case s.reason != nil:
		what = "no filter"
	case len(s.filters) == 1:
		what = "1 filter"
	}
	if w.one {
		return named(w.pid, true) + ": " + what
	}
	return fmt.Sprintf("process %d%s: %s, of %s", w.pid, programOf(w.pid), what, threadList(s.threads))
}

// threadList names threads, the first few by their ids.
func threadList(tids []int) string {
	const most = 8
	var b strings.Builder
	b.WriteString("thread")
	if len(tids) > 1 {
		b.WriteByte('s')
	}
	for i, tid := range tids {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(tids)-most)
			break
		}
		b.WriteString(" " + strconv.Itoa(tid))
	}
	return b.String()
}

// programOf returns the name of a process in parentheses, which it chooses
// itself; or "".
func programOf(pid int) string {
	name, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
	if err != nil {
		return ""
	}
	return " (" + oneLine(strings.TrimSuffix(string(name), "\n")) + ")"
}

// logged says whether the kernel logs what the filter denies.
func logged(f installed.Filter) string {
	switch {
	case !f.LogKnown:
		return "; whether its denials are logged, kernels before 4.16 do not tell"
	case f.Log:
		return "; its denials are logged"
	}
	return "; its denials are not logged"
}

// A filterJSON is a filter of some threads of a process, or says that they have
// none: then Filters is 0. Of the threads it has the ids.
type filterJSON struct {
	Process      int               `json:"process,omitempty"`
	Threads      []int             `json:"threads"`
	Filter       int               `json:"filter,omitempty"`
	Filters      int               `json:"filters"`
	Log          *bool             `json:"log,omitempty"`
	Instructions []instructionJSON `json:"instructions,omitempty"`
}

func newFilterJSON(w *dumpWriter, s *stack) filterJSON {
	j := filterJSON{Threads: s.threads, Filters: len(s.filters)}
	if !w.one {
		j.Process = w.pid
	}
	return j
}

// with returns what is said of filter i.
func (j filterJSON) with(i int, f installed.Filter, marks []secrecy) filterJSON {
	j.Filter = i + 1
	if f.LogKnown {
		j.Log = &f.Log
	}
	notes := constantNotes(f.Code, 0)
	for k, in := range f.Code {
		shown := newInstructionJSON(k, in, notes[k])
		if marks[k] != harmless {
			shown.K, shown.Secret, shown.Text = 0, true, in.Redacted()
		}
		j.Instructions = append(j.Instructions, shown)
	}
	return j
}

// rawCode returns instructions as an array of struct sock_filter, those that
// bpf.Verify refuses as well.
func rawCode(code []bpf.Instruction, order binary.AppendByteOrder) []byte {
	var raw []byte
	for _, in := range code {
		raw = order.AppendUint16(raw, in.Op)
		raw = append(raw, in.Jt, in.Jf)
		raw = order.AppendUint32(raw, in.K)
	}
	return raw
}
