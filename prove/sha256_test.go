package prove

import (
	standard "crypto/sha256"
	"testing"
)

// TestSHA256 compares with the standard library for every length of up to four
// blocks, where padding is done in each of its ways.
func TestSHA256(t *testing.T) {
	message := make([]byte, 256)
	for i := range message {
		message[i] = byte(i * 7)
	}
	for n := range message {
		if got, want := sha256(message[:n]), standard.Sum256(message[:n]); got != want {
			t.Errorf("%d bytes: %x, want %x", n, got, want)
		}
	}
}

func FuzzSHA256(f *testing.F) {
	f.Add([]byte("abc"))
	f.Fuzz(func(t *testing.T, message []byte) {
		if got, want := sha256(message), standard.Sum256(message); got != want {
			t.Errorf("%q: %x, want %x", message, got, want)
		}
	})
}
