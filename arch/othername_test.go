package arch

import "testing"

func TestByOtherName(t *testing.T) {
	for _, tt := range []struct {
		name string
		want ABI
	}{
		{"amd64", X86_64},
		{"X64", X86_64},
		{"i686", I386},
		{"386", I386},
		{"arm64", AArch64},
		{"armhf", ARM},
		{"aarch32", ARM},
		{"loong64", LoongArch64},
		{"ppc64el", PPC64LE},
		{"mips64le", MIPS64EL},
		{"ppc64", 0}, // the big-endian one, for which there are no tables
		{"pdp11", 0},
		{"", 0},
	} {
		if got, ok := ByOtherName(tt.name); got != tt.want || ok != (tt.want != 0) {
			t.Errorf("ByOtherName(%q) = %v, %v; want %v", tt.name, got, ok, tt.want)
		}
	}
}
