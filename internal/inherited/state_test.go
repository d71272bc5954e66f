//go:build linux

package inherited

import (
	"encoding/json"
	"os"
)

// tellState prints what this process was given.
func tellState() {
	if err := json.NewEncoder(os.Stdout).Encode(Read()); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}
