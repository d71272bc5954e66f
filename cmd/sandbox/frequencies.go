package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"sandbox/arch"
	"sandbox/compiler"
	"sandbox/internal/diag"
)

// maxFrequencies is how many bytes a file of frequencies may have: ten times
// what all calls of all ABIs take.
const maxFrequencies = 1 << 20

// A frequency is how often a call is made, to any scale.
type frequency struct {
	abi    arch.ABI
	number uint32
	often  float64
}

func (f frequency) compare(o frequency) int {
	return cmp.Or(cmp.Compare(f.abi, o.abi), cmp.Compare(f.number, o.number))
}

// readFrequencies reads how often calls are made: a JSON object with the names
// of ABIs, each with an object that has names of system calls with numbers.
// Calls that it does not name are never made, but for those of ABIs that it
// does not name: they keep the frequencies that are shipped.
func readFrequencies(path string) (compiler.Weights, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fail("cannot read %q: %v", path, reason(err))
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxFrequencies+1))
	if err != nil {
		return nil, fail("cannot read %q: %v", path, reason(err))
	}
	list, f := parseFrequencies(text)
	if f != nil {
		f.message = fmt.Sprintf("%q: %s", path, f.message)
		return nil, f
	}
	return func(abi arch.ABI, number uint32) float64 {
		i, ok := slices.BinarySearchFunc(list, frequency{abi: abi, number: number}, frequency.compare)
		switch {
		case ok:
			return list[i].often
		case i < len(list) && list[i].abi == abi || i > 0 && list[i-1].abi == abi:
			return 0
		}
		return compiler.Frequency(abi, number)
	}, nil
}

// parseFrequencies returns the frequencies sorted by ABI and number.
func parseFrequencies(text []byte) ([]frequency, *failure) {
	if len(text) > maxFrequencies {
		return nil, fail("more than the %d bytes that frequencies may have", maxFrequencies)
	}
	var written map[string]map[string]float64
	if err := json.Unmarshal(text, &written); err != nil {
		return nil, notFrequencies(text, err)
	}
	var list []frequency
	for _, name := range slices.Sorted(maps.Keys(written)) {
		abi, err := parseABI(name)
		if err != nil {
			return nil, asFailure(err)
		}
		calls := written[name]
		for _, name := range slices.Sorted(maps.Keys(calls)) {
			call, ok := abi.Syscall(name)
			switch often := calls[name]; {
			case !ok:
				return nil, noCallOn(abi, name)
			case often < 0:
				return nil, fail("%s on %s: %v is less than 0", name, abi, often)
			default:
				list = append(list, frequency{abi, call.Number, often})
			}
		}
	}
	if len(list) == 0 {
		return nil, fail("it names no system call").hinted("%s", frequenciesForm)
	}
	slices.SortFunc(list, frequency.compare)
	return list, nil
}

const frequenciesForm = `frequencies look like {"x86_64": {"read": 1234, "write": 56}}`

// notFrequencies says where a text is not what it should be.
func notFrequencies(text []byte, err error) *failure {
	var (
		syntax   *json.SyntaxError
		mistyped *json.UnmarshalTypeError
		what     = err.Error()
		where    int64
	)
	switch {
	case errors.As(err, &syntax):
		where = syntax.Offset
	case errors.As(err, &mistyped):
		where, what = mistyped.Offset, fmt.Sprintf("there is a %s where none can be", mistyped.Value)
	}
	line := 1 + bytes.Count(text[:min(where, int64(len(text)))], []byte("\n"))
	return fail("line %d: %s", line, what).hinted("%s", frequenciesForm)
}

func noCallOn(abi arch.ABI, name string) *failure {
	f := fail("there is no system call %q on %s", name, abi)
	names := func(yield func(string) bool) {
		for _, call := range abi.Syscalls() {
			if !yield(call.Name) {
				return
			}
		}
	}
	if near, ok := diag.Nearest(name, names); ok {
		return f.hinted("did you mean %s?", near)
	}
	return f.hinted("'sandbox syscalls --abi %s' lists them", abi)
}
