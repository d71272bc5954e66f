package policytest

import (
	"errors"
	"testing"

	"sandbox/arch"
	"sandbox/internal/policygen"
	"sandbox/policy"
	"sandbox/policy/typed"
	"sandbox/prove"
)

func TestNearest(t *testing.T) {
	for _, tt := range []struct{ name, filters, call, want string }{
		{"flags are taken away", `"openat: flags & (O_WRONLY | O_CREAT) != 0"`, "openat(5, 6, O_WRONLY | O_CLOEXEC, 7)", "openat(5, 6, O_CLOEXEC, 7)"},
		{"flags are added", `"openat: flags & O_CLOEXEC == 0"`, "openat(0, 0, O_NONBLOCK)", "openat(0, 0, O_NONBLOCK | O_CLOEXEC)"},
		{"a bound", `"read: count > 4096"`, "read(1, 2, 5000)", "read(1, 2, 4096)"},
		{"fewest registers", `"read: fd == 1 && count > 4096"`, "read(1, 2, 5000)", "read(0, 2, 5000)"},
		{"two registers", `"read: fd == 1 || count > 4096"`, "read(1, 2, 5000)", "read(0, 2, 4096)"},
		{"a register that no filter reads", `"read: fd == 1"`, "read(1, -1)", "read(0, -1)"},
		{"none", `"read: fd == 1", "read"`, "read(1)", ""},
		{"allowed already", `"read"`, "write(7)", "write(7)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, _ := load(t, "version = 1\ndefault = 'allow'\nrule = [{action = 'deny', filters = ["+tt.filters+"]}]\n")
			call, list := policy.ParseCall(arch.X86_64, tt.call)
			if list.Failed() {
				t.Fatal(list.Err())
			}
			near, found, err := Nearest(p.Typed, &call)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want == "" {
				if found {
					t.Errorf("found %+v, want none", near)
				}
				return
			}
			want, list := policy.ParseCall(arch.X86_64, tt.want)
			if list.Failed() {
				t.Fatal(list.Err())
			}
			if !found || near != want {
				t.Errorf("found %+v (%v), want %+v", near, found, want)
			}
		})
	}
}

// TestNearestRandom checks for random policies that what is found is allowed,
// that no change in it can be left out, and that where nothing is found no
// random call of the number is allowed.
func TestNearestRandom(t *testing.T) {
	const policies = 100
	changed, none := 0, 0
	for seed := range uint64(policies) {
		g := policygen.New(seed)
		p := g.Policy(arch.X86_64)
		p.Layers = p.Layers[:1]
		filters := p.Layers[0].ABIs[0].Filters
		for _, f := range filters {
			if g.IntN(2) == 0 {
				f.Rule.Action = typed.Action{Kind: typed.Allow}
			}
		}
		for range 5 {
			call := g.Call(arch.X86_64)
			call.Nr = filters[g.IntN(len(filters))].Numbers[0].First
			if call.Arch != arch.X86_64.Audit() || lets(p.Decide(&call).Action) {
				continue
			}
			near, found, err := Nearest(p, &call)
			if limit := (*prove.GivenUp)(nil); errors.As(err, &limit) {
				continue
			}
			switch {
			case err != nil:
				t.Fatalf("seed %d: %v", seed, err)
			case found:
				changed++
				checkNearest(t, seed, p, &call, &near)
			default:
				none++
				for range 10 {
					other := g.Call(arch.X86_64)
					other.Nr, other.Arch, other.IP = call.Nr, call.Arch, call.IP
					if lets(p.Decide(&other).Action) {
						t.Errorf("seed %d: %+v is allowed, and %+v said to be the like of none", seed, other, call)
					}
				}
			}
		}
	}
	if changed < policies/4 || none < policies/10 {
		t.Errorf("found %d calls, and none %d times: not much of a test", changed, none)
	}
}

func checkNearest(t *testing.T, seed uint64, p *typed.Policy, call, near *typed.Call) {
	t.Helper()
	if !lets(p.Decide(near).Action) || near.Nr != call.Nr || near.Arch != call.Arch || near.IP != call.IP {
		t.Errorf("seed %d: %+v is not allowed, or not the like of %+v", seed, near, call)
	}
	for i := range call.Args {
		differ := call.Args[i] ^ near.Args[i]
		for differ != 0 {
			bit := differ & -differ
			differ &^= bit
			back := *near
			back.Args[i] ^= bit
			if lets(p.Decide(&back).Action) {
				t.Errorf("seed %d: %+v is nearer to %+v than %+v, and allowed", seed, back, call, near)
			}
		}
	}
}
