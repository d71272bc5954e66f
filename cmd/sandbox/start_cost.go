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

import _ "sandbox/internal/coldstart" // a third to a half of the page faults less
