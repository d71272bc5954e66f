// Bench measures sandbox beside other compilers of seccomp filters and other
// launchers, in one run, and prints tables in Markdown:
//
//	go run . [-quick] [quality] [compile] [growth] [launch] [live]
//
// Without names it prints all of them. It needs x86_64, gcc with a static libc,
// libseccomp's headers, and, for their rows, bubblewrap and firejail.
// docs/performance.md holds what it printed.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// An effort is how often things are measured.
type effort struct {
	processes, times int           // of compiling: new processes, and times in each after the first
	patience         time.Duration // with one cell of the table of growth
	launches         int
	liveRounds       int
	liveCalls        int // in each round
}

var (
	thorough = effort{7, 40, time.Second, 300, 101, 50_000}
	quick    = effort{2, 5, 100 * time.Millisecond, 10, 5, 16_000}
)

func main() {
	if err := run(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, args []string) error {
	policies, err := readPolicies()
	if err != nil {
		return err
	}
	if len(args) > 0 && args[0] == childFlag {
		return beChild(w, timersOf(goPeers()), policies, args[1:])
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	hurried := flags.Bool("quick", false, "measure a few times only, to see that all works")
	if err := flags.Parse(args); err != nil {
		return err
	}
	shop, err := newWorkshop()
	if err != nil {
		return err
	}
	defer shop.close()
	b := &bench{shop: shop, policies: policies, effort: thorough}
	if *hurried {
		b.effort = quick
	}
	if err := shop.buildC(libseccompHelper, "-lseccomp"); err != nil {
		return err
	}
	b.peers = slices.Insert(goPeers(), 2, peer(libseccomp{shop, 1}), peer(libseccomp{shop, 2}))
	return b.print(w, flags.Args())
}

// goPeers are the compilers that are Go packages, ours first.
func goPeers() []peer {
	return []peer{ours{registers}, ours{kernelTypes}, gvisor{hottest()}, elasticPeer{}}
}

// timersOf returns what the table of compile times has rows for.
func timersOf(peers []peer) []timer {
	var list []timer
	for _, p := range peers {
		list = append(list, p)
	}
	for i := range stages {
		list = append(list, stages[i])
	}
	return list
}

// A bench is what the tables are made from.
type bench struct {
	shop     *workshop
	policies []*description
	peers    []peer
	effort   effort
}

// A section is a part of what is printed.
type section struct {
	name  string
	print func(*bench, io.Writer) error
}

var sections = [...]section{
	{"quality", (*bench).quality},
	{"compile", (*bench).compile},
	{"growth", (*bench).growth},
	{"launch", (*bench).launch},
	{"live", (*bench).live},
}

// print prints the sections that are named, or all of them.
func (b *bench) print(w io.Writer, names []string) error {
	for _, name := range names {
		if !slices.ContainsFunc(sections[:], func(s section) bool { return s.name == name }) {
			return fmt.Errorf("there is no table %q", name)
		}
	}
	printMachine(w)
	for _, s := range sections {
		if len(names) > 0 && !slices.Contains(names, s.name) {
			continue
		}
		fmt.Fprintf(w, "## %s\n\n", s.name)
		if err := s.print(b, w); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) quality(w io.Writer) error {
	for _, d := range b.policies {
		t, err := qualityTable(d, b.peers)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "**%s**: %d rules, %d of them about arguments\n\n", d.name, len(d.rules), d.argumentRules())
		t.print(w)
	}
	return nil
}

func (b *bench) compile(w io.Writer) error {
	t, err := compileTable(b.policies, timersOf(b.peers), b.effort)
	if err != nil {
		return err
	}
	t.print(w)
	if t, err = proofTable(b.policies); err == nil {
		t.print(w)
	}
	return err
}

func (b *bench) growth(w io.Writer) error {
	for _, s := range shapes {
		t, err := growthTable(s, b.peers, b.effort)
		if err != nil {
			return err
		}
		t.print(w)
	}
	return nil
}

func (b *bench) launch(w io.Writer) error {
	t, err := launchTable(b.shop, b.policies[0], b.effort)
	if err == nil {
		t.print(w)
	}
	return err
}

func (b *bench) live(w io.Writer) error {
	if err := b.shop.buildC("live"); err != nil {
		return err
	}
	for _, d := range b.policies {
		for _, c := range d.calls {
			t, err := liveTable(b.shop, d, c, b.peers, b.effort)
			if err != nil {
				return err
			}
			t.print(w)
		}
	}
	return nil
}
