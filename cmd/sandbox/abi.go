package main

import (
	"runtime"

	"sandbox/arch"
	"sandbox/internal/diag"
)

// nativeABI returns the ABI of this machine's 64-bit programs.
func nativeABI() (arch.ABI, error) {
	abi, ok := arch.ForGOARCH(runtime.GOARCH)
	if !ok {
		return 0, fail("there are no tables for %s", runtime.GOARCH).hinted("name an ABI: --abi x86_64")
	}
	return abi, nil
}

// optionalABI returns the ABI that the value of an option names, or zero where
// the option was not given.
func optionalABI(name string) (arch.ABI, error) {
	if name == "" {
		return 0, nil
	}
	return parseABI(name)
}

// parseABI finds an ABI by the name that a user gave.
func parseABI(name string) (arch.ABI, error) {
	abi, ok := arch.ParseABI(name)
	if ok {
		return abi, nil
	}
	f := misuse("there is no ABI %q", name)
	if name == "x32" {
		return 0, f.hinted("x32 calls are always refused")
	}
	if same, ok := arch.ByOtherName(name); ok {
		return 0, f.hinted("did you mean %s?", same)
	}
	if near, ok := diag.Nearest(name, abiNames); ok {
		return 0, f.hinted("did you mean %s?", near)
	}
	return 0, f.hinted("'sandbox version' lists the ABIs")
}

func abiNames(yield func(string) bool) {
	for _, abi := range arch.ABIs() {
		if !yield(abi.String()) {
			return
		}
	}
}
