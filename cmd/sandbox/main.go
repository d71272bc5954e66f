// Command sandbox runs programs under seccomp filters that are compiled from
// policies, and answers questions about such policies. See "sandbox help".
package main

import "os"

func main() {
	u := newUI()
	code := dispatch(u, os.Args[1:])
	if err := u.out.Flush(); err != nil && code == exitYes {
		u.say("cannot write the answer: %v", err)
		code = exitNo
	}
	os.Exit(code)
}

// dispatch runs the verb that the command line names, and returns the exit
// code.
func dispatch(u *ui, args []string) int {
	if len(args) == 0 {
		writeOverview(u.out)
		return exitYes
	}
	name, rest := args[0], args[1:]
	switch name {
	case "help", "-h", "-help", "--help":
		return conclude(u, nil, help(u, rest))
	case "-version", "--version":
		name = "version"
	}
	v := findVerb(name)
	if v == nil {
		return conclude(u, nil, unknownVerb(name))
	}
	return conclude(u, v, v.run(u, rest))
}
