package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"sandbox/bpf"
	"sandbox/compiler"
	"sandbox/internal/diag"
	"sandbox/policy"
	"sandbox/policy/typed"
)

func compileVerb() *verb {
	return &verb{
		name:  "compile",
		brief: "compile policies to the program that the kernel gets",
		about: `Several -p become one program. The formats:
  asm   a listing, with the policy's lines beside the instructions (default)
  bpf   a raw array of struct sock_filter, in the byte order of the ABI
  c     the same as definitions for a C program
  program
        what run and exec take with --program: proved, with a record of that
        and a checksum (default if FILE ends in .sandbox)
ABIs of different byte orders cannot share a program: choose with --abi.`,
		examples: []example{
			{"see what the kernel gets", "sandbox compile -p offline"},
			{"a program that 'exec --program' starts at once", "sandbox compile -p offline -o offline.sandbox"},
			{"a filter for another program to load", "sandbox compile -p offline --format bpf -o offline.bpf"},
			{"what it costs", "sandbox compile -p offline --stats"},
			{"a filter for another machine", "sandbox compile -p offline --abi aarch64 --format c -o offline.h"},
		},
		prepare: prepareCompile,
	}
}

// A format writes a compiled program.
type format struct {
	name   string
	write  func(io.Writer, *compiled) error
	binary bool
	starts bool // what it writes is started as it is
	shows  bool // it writes the instructions
}

func formats() []format {
	return []format{
		{name: "asm", write: writeAsm, shows: true},
		{name: "bpf", write: writeRaw, binary: true, shows: true},
		{name: "c", write: writeC, shows: true},
		{name: "program", write: writeProgram, binary: true, starts: true},
		{name: "json", write: writeInstructions, shows: true},
		{name: "stats", write: writeStats},
		{name: "stats in json", write: writeStatsJSON},
	}
}

// formatNames returns what --format takes. What answers instead of a program
// has options of its own.
func formatNames() []string { return []string{"asm", "bpf", "c", "program"} }

// A compiled is a program with all that its formats show.
type compiled struct {
	*compiler.Compiled
	policy  *policy.Policy
	notes   []string
	weights compiler.Weights // nil: those that are shipped

	otherwise typed.Action // what the filter for once() gives other execves, if there is to be one
}

func prepareCompile(options *flag.FlagSet) action {
	var chosen policyOptions
	chosen.declare(options)
	chosen.declareABIs(options)
	formatName := options.String("format", "", "write this `FORMAT`: asm, bpf, c or program")
	output := options.String("o", "-", "write to `FILE`, all of it or nothing; -: standard output")
	stats := options.Bool("stats", false, "write what the program costs instead: its size, its ways, and each system call")
	profile := options.String("profile", "", "make fast what is called often by `FILE`, {\"x86_64\": {\"read\": 1234, ...}}, instead of by what is shipped")
	asJSON := options.Bool("json", false, "answer in JSON: one object an instruction, or one with --stats")
	return func(u *ui, operands []string) error {
		if err := noOperands("compile", operands); err != nil {
			return err
		}
		if *stats && *formatName != "" {
			return misuse("compile: --stats is written instead of a program, and --format asks for one")
		}
		f, err := findFormat(*formatName, *output, *stats, *asJSON)
		if err != nil {
			return err
		}
		if f.binary && *output == "-" && isTerminal(os.Stdout) {
			return misuse("compile: the format %s is not for a terminal", f.name).
				hinted("name a file: -o FILE")
		}
		var weights compiler.Weights
		if *profile != "" {
			if weights, err = readFrequencies(*profile); err != nil {
				return err
			}
		}
		load := chosen.loadToCompile
		if f.starts {
			load = chosen.loadToStore
		}
		loaded, err := load()
		if err != nil {
			return err
		}
		if loaded.AsksOnce() && f.shows {
			return shownOnce(f.name)
		}
		program, err := newCompiled(loaded, weights)
		if err != nil {
			return err
		}
		if *output == "-" {
			return f.write(u.out, program)
		}
		var text bytes.Buffer
		if err := f.write(&text, program); err != nil {
			return err
		}
		return writeWhole(*output, text.Bytes())
	}
}

// findFormat returns the format of that name, or, for none, the one that fits
// the name of the output.
func findFormat(name, output string, stats, asJSON bool) (format, error) {
	switch {
	case stats && asJSON:
		name = "stats in json"
	case stats:
		name = "stats"
	case asJSON:
		name = "json"
	case name == "" && strings.HasSuffix(output, programSuffix):
		name = "program"
	case name == "":
		name = "asm"
	}
	if !stats && !asJSON && !slices.Contains(formatNames(), name) {
		f := misuse("compile: there is no format %q", name)
		if near, ok := diag.Nearest(name, slices.Values(formatNames())); ok {
			return format{}, f.hinted("did you mean %s?", near)
		}
		return format{}, f.hinted("formats are %s", strings.Join(formatNames(), ", "))
	}
	list := formats()
	return list[slices.IndexFunc(list, func(f format) bool { return f.name == name })], nil
}

// compilePolicy compiles a policy, and says it if that cannot be done.
func compilePolicy(p *policy.Policy) (*compiler.Compiled, error) {
	return compileBy(nil, p)
}

// compileBy compiles a policy such that what weighs most is fast.
func compileBy(weights compiler.Weights, p *policy.Policy) (*compiler.Compiled, error) {
	program, err := compiler.Options{Weights: weights}.Compile(p.Typed)
	if err != nil {
		return nil, notCompiled(p, err)
	}
	return program, nil
}

func newCompiled(p *policy.Policy, weights compiler.Weights) (*compiled, error) {
	p = p.OnceInstalled()
	program, err := compileBy(weights, p)
	if err != nil {
		return nil, err
	}
	return &compiled{Compiled: program, policy: p, notes: constantNotes(program.Program.Code(), 0), weights: weights}, nil
}

func (c *compiled) bigEndian() bool { return c.ABIs[0].BigEndian() }

func writeRaw(w io.Writer, c *compiled) error {
	_, err := w.Write(c.Program.Append(nil, byteOrder(c.ABIs[0])))
	return err
}

func writeAsm(w io.Writer, c *compiled) error {
	fmt.Fprintf(w, "; %s\n", c.title())
	return bpf.WriteListing(w, c.Program.Code(), bpf.Listing{
		BigEndian: c.bigEndian(),
		Annotate:  c.note,
	})
}

// title says what the program is.
func (c *compiled) title() string {
	abis := make([]string, len(c.ABIs))
	for i, abi := range c.ABIs {
		abis[i] = abi.String()
	}
	layers := make([]string, len(c.policy.Layers))
	for i := range c.policy.Layers {
		layers[i] = oneLine(c.policy.Layers[i].Name)
	}
	return fmt.Sprintf("%s for %s: %d instructions", strings.Join(layers, " and "), strings.Join(abis, ", "), c.Program.Len())
}

// note returns what stands beside instruction i: what its constant means, and
// the lines of the policy that it was written for.
func (c *compiled) note(i int) string {
	var places []string
	for _, o := range c.origins(i) {
		if place := o.short(); !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	return joinNotes(c.notes[i], strings.Join(places, ", "))
}

// writeC writes definitions for a C program.
func writeC(w io.Writer, c *compiled) error {
	if _, err := fmt.Fprintf(w, "/* %s */\n#include <linux/filter.h>\n\n", inComment(c.title())); err != nil {
		return err
	}
	return writeCProgram(w, "sandbox", c.Program.Code(), c.note)
}

// writeCProgram writes the definitions of one program, with a note beside each
// instruction.
func writeCProgram(w io.Writer, name string, code []bpf.Instruction, note func(i int) string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "static struct sock_filter %s_filter[] = {\n", name)
	for i, in := range code {
		fmt.Fprintf(&b, "\t{ 0x%02x, %3d, %3d, 0x%08x }, /* %s */\n", in.Op, in.Jt, in.Jf, in.K,
			inComment(joinNotes(in.String(), note(i))))
	}
	fmt.Fprintf(&b, `};

static const struct sock_fprog %[1]s_program = {
	.len = sizeof %[1]s_filter / sizeof %[1]s_filter[0],
	.filter = %[1]s_filter,
};
`, name)
	_, err := io.WriteString(w, b.String())
	return err
}

// inComment returns text that cannot end a C comment.
func inComment(text string) string { return strings.ReplaceAll(text, "*/", "* /") }

// writeInstructions writes one JSON object an instruction.
func writeInstructions(w io.Writer, c *compiled) error {
	encoder := newEncoder(w)
	for i, in := range c.Program.Code() {
		j := newInstructionJSON(i, in, c.notes[i])
		j.Origins = c.origins(i)
		if err := encoder.Encode(j); err != nil {
			return err
		}
	}
	return nil
}
