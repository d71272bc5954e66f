// Launch measures what it takes to start a program in several ways, side by
// side, and prints a table in Markdown:
//
//	launch [-n ROUNDS] NAME=COMMAND...
//
// COMMAND is split at spaces; variables may stand before it, as for env. Each
// round starts every command once, in an order of its own, so that what else
// the machine does falls on all of them alike. The first is what the others are
// compared with, round by round.
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
)

// warmUp is how many rounds are not counted.
const warmUp = 5

func main() {
	rounds := flag.Int("n", 300, "measure so many `ROUNDS`")
	flag.Parse()
	if flag.NArg() == 0 || *rounds < 1 {
		fmt.Fprintln(os.Stderr, "usage: launch [-n ROUNDS] NAME=COMMAND...")
		os.Exit(2)
	}
	if err := run(*rounds, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "launch:", err)
		os.Exit(1)
	}
}

func run(rounds int, specs []string) error {
	ways := make([]*way, len(specs))
	for i, spec := range specs {
		var err error
		if ways[i], err = newWay(spec); err != nil {
			return err
		}
	}
	for i := range warmUp + rounds {
		for _, k := range rand.Perm(len(ways)) {
			s, err := ways[k].start()
			if err != nil {
				return err
			}
			if i >= warmUp {
				ways[k].starts = append(ways[k].starts, s)
			}
		}
	}
	fmt.Println("| | wall, ms | fastest tenth | more than the first | processor, ms | page faults |")
	fmt.Println("|---|---|---|---|---|---|")
	for _, w := range ways {
		more := make([]float64, rounds)
		for i := range more {
			more[i] = w.starts[i].wall - ways[0].starts[i].wall
		}
		wall := w.column(func(s start) float64 { return s.wall })
		fmt.Printf("| %s | %.2f | %.2f | %+.2f | %.2f | %.0f |\n", w.name, quantile(wall, 0.5), quantile(wall, 0.1), quantile(more, 0.5),
			quantile(w.column(func(s start) float64 { return s.processor }), 0.5),
			quantile(w.column(func(s start) float64 { return s.faults }), 0.5))
	}
	return nil
}

// A way is one way to start a program.
type way struct {
	name   string
	argv   []string
	env    []string
	starts []start
}

// A start is what one took, from before the fork until the program has ended.
type start struct {
	wall, processor float64 // in milliseconds
	faults          float64 // pages touched for the first time
}

func newWay(spec string) (*way, error) {
	name, command, _ := strings.Cut(spec, "=")
	w := &way{name: name, argv: strings.Fields(command), env: []string{"PATH=/usr/local/bin:/usr/bin:/bin"}}
	for len(w.argv) > 0 && strings.Contains(w.argv[0], "=") {
		w.env = append(w.env, w.argv[0])
		w.argv = w.argv[1:]
	}
	if len(w.argv) == 0 {
		return nil, fmt.Errorf("%q names no command", spec)
	}
	return w, nil
}

// start starts the program and waits for its end, which must be a good one.
func (w *way) start() (start, error) {
	begin := time.Now()
	pid, err := syscall.ForkExec(w.argv[0], w.argv, &syscall.ProcAttr{Env: w.env, Files: []uintptr{0, 1, 2}})
	if err != nil {
		return start{}, fmt.Errorf("%s: cannot start %s: %w", w.name, w.argv[0], err)
	}
	var status syscall.WaitStatus
	var usage syscall.Rusage
	for {
		if _, err = syscall.Wait4(pid, &status, 0, &usage); err != syscall.EINTR {
			break
		}
	}
	wall := time.Since(begin)
	if err != nil || status != 0 {
		return start{}, fmt.Errorf("%s: ended with wait status %#x (%v)", w.name, int(status), err)
	}
	return start{
		wall:      milliseconds(wall),
		processor: milliseconds(time.Duration(usage.Utime.Nano() + usage.Stime.Nano())),
		faults:    float64(usage.Minflt),
	}, nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

func (w *way) column(of func(start) float64) []float64 {
	values := make([]float64, len(w.starts))
	for i, s := range w.starts {
		values[i] = of(s)
	}
	return values
}

// quantile returns the value below which a share of the values lies. It sorts
// them.
func quantile(values []float64, share float64) float64 {
	slices.Sort(values)
	return values[int(share*float64(len(values)-1))]
}
