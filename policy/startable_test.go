package policy_test

import (
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy"
)

// TestStartableHints follows what is said about policies under which nothing
// starts: it leads to one under which a program does, and to no other mistake.
func TestStartableHints(t *testing.T) {
	const (
		open   = "version = 1\ndefault = 'allow'\n[[rule]]\naction = 'deny'\nfilters = ['ptrace']\n"
		closed = "version = 1\ndefault = 'errno(EPERM)'\n[[rule]]\naction = 'allow'\nfilters = ['read']\n"
		noexec = "version = 1\ndefault = 'allow'\n[[rule]]\naction = 'allow'\nfilters = ['execve: once()']\n[[rule]]\naction = 'deny'\nfilters = ['execve, execveat']\n"
		late   = "version = 1\ndefault = 'allow'\n[[rule]]\naction = 'deny'\nfilters = ['execve, execveat']\n[[rule]]\naction = 'allow'\nfilters = ['execve: once()']\n"
		starts = "version = 1\ndefault = 'errno(EPERM)'\n[[rule]]\naction = 'allow'\nfilters = ['execve']\n"
		denies = "version = 1\ndefault = 'allow'\n[[rule]]\naction = 'deny'\nfilters = ['execve']\n"
	)
	const (
		once  = "allow execve: once()"
		allow = "allow execve"
	)
	type remedy struct {
		hint     string // a part of it
		policies []string
		rules    []string
	}
	for _, c := range []struct {
		name     string
		policies []string
		rules    []string
		remedies []remedy // one for each hint, in order
	}{
		{"by default", []string{closed}, nil, []remedy{{"-e 'allow execve'", []string{closed}, []string{allow}}}},
		{"in the wrong order", []string{open}, []string{"deny execve, execveat", once}, []remedy{{"before it", []string{open}, []string{once, "deny execve, execveat"}}}},
		{"in the wrong order in a file", []string{late}, nil, []remedy{{"before it", []string{noexec}, nil}}},
		{"before that of a policy", []string{noexec}, []string{"deny execve"}, []remedy{{"leave it out", []string{noexec}, nil}}},
		{"before that of another policy", []string{open, noexec}, []string{"deny execve, execveat"}, []remedy{{"leave it out", []string{open, noexec}, nil}}},
		{"by default, beside once()", []string{closed, noexec}, nil, []remedy{{"a rule of a.toml before it", []string{starts, noexec}, nil}}},
		{"by a rule, beside once()", []string{noexec, denies}, nil, []remedy{{"a rule of b.toml before it", []string{noexec, starts}, nil}}},
		{"given", []string{open}, []string{"deny execve, execveat"}, []remedy{
			{"once()", []string{open}, []string{once, "deny execve, execveat"}},
			{"-e 'allow execve' ", []string{open}, []string{allow, "deny execve, execveat"}},
		}},
		{"given, with another way", []string{closed, open}, []string{"deny execve"}, []remedy{
			{"-e 'allow execve' ", []string{closed, open}, []string{allow, "deny execve"}},
		}},
		{"given, with no other way", []string{closed, closed}, []string{"deny execve"}, []remedy{
			{"once()", []string{closed, closed}, []string{once, "deny execve"}},
			{"-e 'allow execve' ", []string{closed, closed}, []string{allow, "deny execve"}},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := startable(t, c.policies, c.rules)
			if len(list) != 1 || list[0].Code != diag.ExecveDenied {
				t.Fatalf("not just that nothing starts: %v", list.Err())
			}
			if len(list[0].Hints) != len(c.remedies) {
				t.Fatalf("the hints are %q", list[0].Hints)
			}
			for i, r := range c.remedies {
				if !strings.Contains(list[0].Hints[i], r.hint) {
					t.Errorf("hint %q, want %q", list[0].Hints[i], r.hint)
				}
				if list := startable(t, r.policies, r.rules); list.Failed() {
					t.Errorf("%q leads to: %v", list[0].Hints[i], list.Err())
				}
			}
		})
	}
}

// startable returns what is wrong with starting a program under policies.
func startable(t *testing.T, texts, rules []string) diag.List {
	t.Helper()
	request := policy.Request{Rules: rules, Native: arch.X86_64}
	files := map[string]string{}
	for i, text := range texts {
		name := string(rune('a'+i)) + ".toml"
		files[name] = text
		request.Policies = append(request.Policies, name)
	}
	request.ReadFile = func(path string) (string, error) { return files[path], nil }
	loaded, list := policy.Load(request)
	if list.Failed() {
		return list
	}
	_, list = loaded.Launchable(arch.X86_64)
	return list
}
