package policy_test

import (
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// TestUnknown compares which numbers a policy takes for unknown with the
// sentence of the documentation, number by number.
func TestUnknown(t *testing.T) {
	const rules = `
[[rule]]
action  = "allow"
filters = ["*", "#700, #0x90000000", "!openat2, close_range, #0x3fffffff"]
`
	named := map[uint32]bool{700: true, 0x90000000: true, 0x3fffffff: true}
	for _, kernel := range []string{"3.5", "5.8", "6.1", arch.Latest().String()} {
		baseline, ok := arch.ParseVersion(kernel)
		if !ok {
			t.Fatal(kernel)
		}
		var abis []string
		for _, abi := range arch.ABIs() {
			abis = append(abis, "'"+abi.String()+"'")
		}
		loaded, list := load("version = 1\ndefault = 'deny'\nunknown = 'errno(ENOSYS)'\nkernel = '" + kernel +
			"'\nabi = [" + strings.Join(abis, ", ") + "]\n" + rules)
		if list.Failed() {
			t.Fatal(list.Err())
		}
		for _, section := range loaded.Typed.Layers[0].ABIs {
			checkUnknown(t, &loaded.Typed.Layers[0], section.ABI, baseline, named)
		}
	}
}

func checkUnknown(t *testing.T, layer *typed.Layer, abi arch.ABI, kernel arch.Version, named map[uint32]bool) {
	numbers := []uint32{0x3ffffffe, 0x3fffffff, 0x40000000, 0x40000001, 0x7fffffff, 0x80000000, 0x90000000, 0xfffffffe, 0xffffffff}
	for nr := range uint32(8000) {
		numbers = append(numbers, nr)
	}
	for _, nr := range numbers {
		call, ok := abi.Numbered(nr)
		want := "number unknown to kernel " + kernel.String()
		switch {
		case abi == arch.X86_64 && nr >= 0x40000000 && nr != 0xffffffff:
			want = "x32 calls are refused"
		case named[nr], ok && call.Name == "close_range":
			want = ""
		case ok && call.Since <= kernel:
			want = ""
		}
		decision := layer.Decide(&typed.Call{Nr: nr, Arch: abi.Audit()})
		if decision.Rule.Name != want {
			t.Errorf("kernel %s, %s number %d: rule %q, want %q", kernel, abi, nr, decision.Rule.Name, want)
			return
		}
	}
}
