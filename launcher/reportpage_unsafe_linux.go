//go:build amd64 || arm64

package launcher

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A reportPage is a page that a child inherits and shares, with a report in it.
type reportPage struct {
	memory unsafe.Pointer
	report *report
}

func newReportPage() (reportPage, error) {
	memory, err := unix.MmapPtr(-1, 0, nil, uintptr(os.Getpagesize()), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANONYMOUS)
	if err == nil && memory == nil {
		err = unix.EPERM // a filter around this process has faked it
	}
	if err != nil {
		return reportPage{}, &Error{Status: StatusFailed, Text: "cannot map a page to share with the child: " + err.Error(), Err: err}
	}
	return reportPage{memory, (*report)(memory)}, nil
}

func (p reportPage) free() { _ = unix.MunmapPtr(p.memory, uintptr(os.Getpagesize())) }
