package main

import (
	"fmt"
	"strings"

	"sandbox/launcher"
)

// mostDaemons is how many of them are named.
const mostDaemons = 3

// sayDaemons says which daemons were ended with the program: who starts one
// expects it to stay. Of what shells leave in the background nothing is said.
func (u *ui) sayDaemons(program string, daemons []launcher.Daemon) {
	var names []string
	for _, d := range daemons[:min(len(daemons), mostDaemons)] {
		names = append(names, fmt.Sprintf("%s (process %d)", plain(d.Name), d.PID))
	}
	switch n := len(daemons); {
	case n == 0:
		return
	case n == 1:
		u.say("%s, left behind in a session of its own, was ended with %s", names[0], program)
	case n > mostDaemons:
		names = append(names, fmt.Sprintf("and %d more", n-mostDaemons))
		fallthrough
	default:
		u.say("%d processes, left behind in sessions of their own, were ended with %s: %s", n, program, strings.Join(names, ", "))
	}
	u.hint("'sandbox exec' leaves such processes alone, and reports no denials")
}

// A daemonJSON is a process that was ended with the program which had left it
// behind in a session of its own.
type daemonJSON struct {
	Process int    `json:"process"`
	Name    string `json:"name"`
}

func daemonsJSON(daemons []launcher.Daemon) []daemonJSON {
	var list []daemonJSON
	for _, d := range daemons {
		list = append(list, daemonJSON{d.PID, d.Name})
	}
	return list
}
