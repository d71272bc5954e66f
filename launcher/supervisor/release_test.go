//go:build linux && (amd64 || arm64)

package supervisor

import "testing"

func TestReleaseAtLeast(t *testing.T) {
	for _, tt := range []struct {
		release string
		want    bool
	}{
		{"6.11.0", true},
		{"6.11", true},
		{"6.11-rc1", true},
		{"6.12.74+deb13-amd64", true},
		{"7.0.0", true},
		{"10.1", true},
		{"6.10.14", false},
		{"6.1.0-37-amd64", false},
		{"5.19", false},
		{"2.6.78-40", false}, // setarch --uname-2.6
		{"4.4.0", false},     // gVisor
		{"6", false},
		{"", false},
		{"six.eleven", false},
	} {
		if got := releaseAtLeast(tt.release, 6, 11); got != tt.want {
			t.Errorf("%q is 6.11 or newer: %v, want %v", tt.release, got, tt.want)
		}
	}
}
