package check

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// FuzzCheck checks whatever parses. What is accepted must be valid by the rules
// of the typed form and mean what the reference says.
func FuzzCheck(f *testing.F) {
	data, err := os.ReadFile("testdata/errors.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, block := range strings.Split(string(data), "\n# ")[1:] {
		_, rest, _ := strings.Cut(block, "\n")
		text, _, _ := strings.Cut(rest, "\n")
		f.Add(text, uint64(len(text)))
	}
	r := rand.New(rand.NewPCG(3, 3))
	for i := range 50 {
		g := generator{r, []string{"dfd", "flags", "mode", "filename", "args[0]", "nr"}}
		f.Add("openat, open: "+g.body(2), uint64(i))
	}
	scope, functions := scopeOf(f, functionTexts[:]...), referenceFunctions(f)
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		source := &diag.Source{Name: "fuzz", Text: text}
		parsed, _ := filter.Parse(source.Whole())
		if parsed == nil {
			return
		}
		r := rand.New(rand.NewPCG(seed, seed))
		for _, abi := range [...]arch.ABI{arch.X86_64, arch.I386} {
			for _, action := range [...]typed.ActionKind{typed.Allow, typed.KillProcess} {
				filters, list := Filters(Input{Filter: parsed, Text: text, ABI: abi, Action: action, Scope: scope, Position: position})
				if list.Failed() && filters != nil {
					t.Errorf("%d filters in spite of an error on %s", len(filters), abi)
				}
				render(list)
				if len(filters) == 0 {
					continue
				}
				for n := range 9 {
					regs := &typed.Call{Arch: abi.Audit(), IP: randomRegister(r)}
					for i := range regs.Args {
						regs.Args[i] = randomRegister(r)
					}
					if n == 8 { // the one call of once()
						placeholders := typed.OncePlaceholders()
						copy(regs.Args[:], placeholders[:])
					}
					compareWithReference(t, abi, functions, parsed, filters, regs, r)
				}
			}
		}
	})
}
