package main

import (
	"errors"
	"strings"

	"sandbox/arch"
	"sandbox/policy"
	"sandbox/prove"
)

// programSuffix is how the names of compiled programs end, by which compile
// knows that one is wanted.
const programSuffix = ".sandbox"

// stored finds the program of --program, and the filter that it needs beside it.
// If there are policies too, they must be those that it was compiled from.
func (l *launch) stored(s *start) error {
	if len(l.policies) == 0 && len(l.rules) > 0 {
		return misuse("-e does not change a compiled program").
			hinted("compile it with the rule: sandbox compile -p POLICY -e RULE -o %s", l.program)
	}
	certificate, err := openCertificate(l.program)
	if err != nil {
		return err
	}
	native, err := nativeABI()
	if err != nil {
		return err
	}
	s.program, err = certificate.ProvedButOnce(native.Machine())
	if err != nil {
		return fail("%s: %v", l.program, err).
			hinted("compile it for this machine: sandbox compile -p POLICY --abi %v -o %s", native, l.program)
	}
	if len(l.policies) > 0 {
		loaded, err := l.loadToLaunch()
		if err != nil {
			return err
		}
		same, err := certifies(&certificate, loaded, native.Machine())
		if err != nil {
			return err
		}
		if !same {
			return fail("%s is not compiled from what -p and -e say now, which means something else", l.program).
				hinted("compile it anew: sandbox compile%s -o %s", l.written(), l.program)
		}
		s.loaded, s.policy = loaded, loaded.Typed
		if l.installed != nil {
			// What is installed is the policies, as was found, but another program;
			// and they have once() themselves.
			s.program, err = l.proved(loaded)
			return err
		}
	}
	if otherwise, ok := certificate.Once(); ok {
		s.first, err = l.onceFilter(native.Machine(), otherwise)
	}
	return err
}

// certifies reports whether a certificate is about policies.
func certifies(c *prove.Certificate, p *policy.Policy, machine arch.ABI) (bool, error) {
	otherwise, once := c.Once()
	if once != p.AsksOnce() {
		return false, nil
	}
	if once {
		own, ok := p.Typed.OnceElse(machine)
		if !ok || own != otherwise {
			return false, nil
		}
		p = p.OnceAlways()
	}
	digest, err := prove.DigestOf(p.Typed)
	return digest == c.Digest(), err
}

// written returns the options as they are written.
func (o *policyOptions) written() string {
	var b strings.Builder
	for _, name := range o.policies {
		b.WriteString(" -p " + shellQuoted(name))
	}
	for _, rule := range o.rules {
		b.WriteString(" -e " + shellQuoted(rule))
	}
	return b.String()
}

// shellQuoted returns a word as a shell takes it.
func shellQuoted(word string) string {
	if word != "" && !strings.ContainsFunc(word, special) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// special reports whether a shell may see more in a character than itself.
func special(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return false
	}
	return !strings.ContainsRune("/._-+:,@%=", r)
}

// openCertificate reads a compiled program that is to be installed.
func openCertificate(path string) (prove.Certificate, error) {
	file, err := readUnshared(path, prove.MaxCertificateSize)
	if err != nil {
		return prove.Certificate{}, err
	}
	certificate, err := prove.ParseCertificate(file)
	if err == nil {
		return certificate, nil
	}
	f := fail("%s: %v", path, err)
	if !prove.IsCertificate(file) && namesPolicy(path) {
		return certificate, f.hinted("policies follow -p: -p %s", path)
	}
	return certificate, f.hinted("make it by sandbox compile -p POLICY -o FILE%s", programSuffix)
}

// errShared is about a file that somebody else may change.
var (
	errShared     = errors.New("its group or others may write it, and so choose the filter")
	errNotRegular = errors.New("it is not a regular file")
	errTooLarge   = errors.New("it is too large to be a compiled program")
)

// unreadable says why a file cannot be used as a compiled program.
func unreadable(path string, err error) error {
	f := fail("cannot use the program %s: %v", path, reason(err))
	if err == errShared {
		f.hinted("chmod go-w %s, once you know what is in it: sandbox disasm %s", path, path)
	}
	return f
}
