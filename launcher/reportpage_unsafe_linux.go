//go:build amd64 || arm64

package launcher

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A reportPage is a page that a child inherits and shares, with a report in it.
type reportPage struct {
	memory []byte
	report *report
}

func newReportPage() (reportPage, error) {
	memory, err := unix.Mmap(-1, 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANONYMOUS)
	if err != nil {
		return reportPage{}, &Error{Status: StatusFailed, Text: "cannot map a page to share with the child: " + err.Error(), Err: err}
	}
	return reportPage{memory, (*report)(unsafe.Pointer(&memory[0]))}, nil
}

func (p reportPage) free() { _ = unix.Munmap(p.memory) }
