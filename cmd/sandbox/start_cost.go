// What a start costs is what it touches: a page that is used for the first time
// takes more than a microsecond, twice that if it is one of the file's. This
// file has what keeps the Go runtime from touching pages for nothing. See
// docs/launcher.md, and TestStartCalls.
//
// The runtime looks every second whether this process may use more processors
// by now, for which it starts a goroutine, and often a thread for that. Not
// here:
//
//go:debug updatemaxprocs=0

package main

import _ "sandbox/internal/hugeheap" // the heap takes one page fault in place of a hundred, or three hundred

// growStack grows the calling goroutine's stack to 64 KiB at once. Left alone it
// doubles four times on the way there, deep inside parsers: each time all
// frames are looked up in the tables of their functions and copied, and the
// smaller sizes are cut from a span that is written to from end to end. What is
// not used of the stack is not touched.
//
//go:noinline
func growStack(use bool) byte {
	if !use {
		return 0
	}
	var frame [48 << 10]byte
	return last(&frame)
}

//go:noinline
func last(frame *[48 << 10]byte) byte { return frame[len(frame)-1] }
