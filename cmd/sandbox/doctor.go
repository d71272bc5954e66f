package main

import (
	"flag"
	"runtime"

	"sandbox/arch"
	"sandbox/internal/survey"
)

func doctorVerb() *verb {
	return &verb{
		name:  "doctor",
		brief: "say what can be enforced here, and what cannot and why",
		about: `It asks the kernel, by trying each thing in a process of its own, and reads what
the system says of itself: filters and their actions, reports of denials, how
all processes of a sandbox can be ended, the ways into the kernel, what else
decides how well a sandbox holds, and daemons that a sandboxed program could ask
to act for it. It changes nothing, and needs no privileges; to see what a
sandbox or container allows, run it inside.

A finding is ok, limited (there, with a restriction or a thing to know of),
missing, or unknown. The exit code is 0 if run and exec work here.`,
		examples: []example{
			{"this machine", "sandbox doctor"},
			{"inside of a sandbox", "sandbox exec -p offline -- sandbox doctor"},
			{"what run and exec need, for a script", `sandbox doctor --json | grep '"needed":true'`},
		},
		prepare: prepareDoctor,
	}
}

func prepareDoctor(options *flag.FlagSet) action {
	asJSON := options.Bool("json", false, "answer in JSON, one object a finding and one at the end")
	return func(u *ui, operands []string) error {
		if err := noOperands("doctor", operands); err != nil {
			return err
		}
		report := survey.Examine()
		if *asJSON {
			if err := writeReportJSON(u, report); err != nil {
				return err
			}
		} else {
			writeReport(u, report)
		}
		if report.Enforces() != survey.OK {
			return said()
		}
		return nil
	}
}

// writeReport answers with the findings, after what they come to.
func writeReport(u *ui, report *survey.Report) {
	system := runtime.GOOS
	if report.Release != "" {
		system = "Linux " + oneLine(report.Release)
	}
	u.answer("%s, %s: %s", system, machineName(), verdictOn(report))
	area := ""
	for _, f := range report.Findings {
		if f.Area != area {
			area = f.Area
			u.answer("\n%s", area)
		}
		u.answer("  %-8s %s%s: %s", f.State, f.Name, sinceOf(f), oneLine(f.Found))
		if f.Effect != "" {
			u.answer("           so: %s", oneLine(f.Effect))
		}
		if f.Remedy != "" {
			u.answer("           hint: %s", oneLine(f.Remedy))
		}
	}
}

// verdictOn says what the findings come to.
func verdictOn(report *survey.Report) string {
	switch report.Enforces() {
	case survey.OK:
		return "run and exec work here"
	case survey.Missing:
		return "run and exec do not work here"
	}
	return "it could not be found out whether run and exec work here"
}

// sinceOf returns the release that a finding is about, for what is not simply
// there.
func sinceOf(f survey.Finding) string {
	if f.Since == "" || f.State == survey.OK {
		return ""
	}
	return " (Linux " + f.Since + ")"
}

// machineName returns the ABI of this machine's programs, or what Go calls it.
func machineName() string {
	if abi, ok := arch.ForGOARCH(runtime.GOARCH); ok {
		return abi.String()
	}
	return runtime.GOARCH
}

// A findingJSON is one thing that was looked at.
type findingJSON struct {
	Area   string `json:"area"`
	Name   string `json:"name"`
	State  string `json:"state"`
	Since  string `json:"since,omitempty"`
	Needed bool   `json:"needed,omitempty"`
	Found  string `json:"found"`
	Effect string `json:"effect,omitempty"`
	Remedy string `json:"remedy,omitempty"`
}

// A placeJSON is what the findings come to.
type placeJSON struct {
	Release  string `json:"release"`
	ABI      string `json:"abi"`
	Enforces string `json:"enforces"`
}

func writeReportJSON(u *ui, report *survey.Report) error {
	for _, f := range report.Findings {
		if err := u.answerJSON(findingJSON{f.Area, f.Name, f.State.String(), f.Since, f.Needed, f.Found, f.Effect, f.Remedy}); err != nil {
			return err
		}
	}
	return u.answerJSON(placeJSON{report.Release, machineName(), report.Enforces().String()})
}
