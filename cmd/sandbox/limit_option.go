package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sandbox/internal/diag"
	"sandbox/launcher"
)

// A limitOption holds the values of --rlimit.
type limitOption struct{ list []launcher.Limit }

// String is what flag needs to show a default; there is none.
func (o *limitOption) String() string { return "" }

// Set reads NAME=SOFT[:HARD]. The last one for a resource holds.
func (o *limitOption) Set(text string) error {
	limit, err := parseLimit(text)
	if err != nil {
		return err
	}
	o.list = slices.DeleteFunc(o.list, func(l launcher.Limit) bool { return l.Resource == limit.Resource })
	o.list = append(o.list, limit)
	return nil
}

// parseLimit parses NAME=SOFT[:HARD]. Without a hard value the soft one stands
// for both: a program could raise it otherwise.
func parseLimit(text string) (l launcher.Limit, err error) {
	name, values, ok := strings.Cut(text, "=")
	if !ok {
		return l, errors.New("a limit is written NAME=SOFT[:HARD], as in nofile=256")
	}
	if l.Resource, err = parseResource(name); err != nil {
		return l, err
	}
	soft, hard, both := strings.Cut(values, ":")
	if l.Soft, err = parseLimitValue(l.Resource, soft); err != nil {
		return l, err
	}
	if l.Hard = l.Soft; both {
		if l.Hard, err = parseLimitValue(l.Resource, hard); err != nil {
			return l, err
		}
	}
	if l.Soft > l.Hard {
		return l, fmt.Errorf("the soft limit %s is greater than the hard one, %s", soft, hard)
	}
	return l, nil
}

// parseResource finds a resource by its name, as here or as in the manual page
// of setrlimit: nofile, NOFILE, RLIMIT_NOFILE.
func parseResource(name string) (launcher.Resource, error) {
	plain := strings.TrimPrefix(strings.ToLower(name), "rlimit_")
	for r := range launcher.Resources() {
		if r.String() == plain {
			return r, nil
		}
	}
	if near, ok := diag.Nearest(plain, resourceNames); ok {
		return 0, fmt.Errorf("there is no limit %q; did you mean %s?", name, near)
	}
	return 0, fmt.Errorf("there is no limit %q; there are %s", name, strings.Join(slices.Collect(resourceNames), ", "))
}

// resourceNames yields the names of all limits.
func resourceNames(yield func(string) bool) {
	for r := range launcher.Resources() {
		if !yield(r.String()) {
			return
		}
	}
}

// A unit is a suffix of a limit's value, and what it multiplies by. One of bytes
// is in capitals.
type unit struct {
	suffix string
	factor uint64
}

// unitsOf returns the units of a resource, longer suffixes first.
func unitsOf(resource string) []unit {
	switch resource {
	case "cpu": // in seconds
		return []unit{{"s", 1}, {"m", 60}, {"h", 3600}}
	case "rttime": // in microseconds
		return []unit{{"us", 1}, {"ms", 1000}, {"s", 1_000_000}}
	case "as", "core", "data", "fsize", "memlock", "msgqueue", "rss", "stack": // in bytes
		return []unit{{"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {"T", 1 << 40}}
	}
	return nil
}

// splitUnit returns the digits of a value, and what its unit multiplies them by.
// Bytes may be 2G, 2g, 2GB or 2GiB: the units are powers of 1024 however they
// are spelt.
func splitUnit(text string, units []unit) (digits string, factor uint64) {
	upper := strings.ToUpper(text)
	for _, u := range units {
		if rest, ok := strings.CutSuffix(text, u.suffix); ok {
			return rest, u.factor
		}
		if u.suffix != strings.ToUpper(u.suffix) {
			continue
		}
		for _, end := range [...]string{"", "B", "IB"} {
			if rest, ok := strings.CutSuffix(upper, u.suffix+end); ok {
				return rest, u.factor
			}
		}
	}
	return text, 1
}

func parseLimitValue(resource launcher.Resource, text string) (uint64, error) {
	if text == "unlimited" || text == "infinity" {
		return launcher.Unlimited, nil
	}
	units := unitsOf(resource.String())
	digits, factor := splitUnit(text, units)
	n, err := strconv.ParseUint(digits, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange), err == nil && n >= launcher.Unlimited/factor:
		return 0, fmt.Errorf("%s is too large for a limit; write unlimited for none", text)
	case err == nil:
		return n * factor, nil
	case len(units) == 0:
		return 0, fmt.Errorf("%q is not a value of %s: a number, or unlimited", text, resource)
	}
	names := make([]string, len(units))
	for i, u := range units {
		names[i] = u.suffix
	}
	return 0, fmt.Errorf("%q is not a value of %s: a number, with %s or without, or unlimited", text, resource, strings.Join(names, ", "))
}
