// Package coldstart has a command that lives for milliseconds use its memory
// without many page faults. Whatever can be done in main comes too late for
// that: importing the package does it before.
//
// # The heap
//
// The kernel is asked for huge pages, before the runtime touches the first page
// of the heap: memory of which one small page was touched gets no huge one any
// more. The heap of a start is used for the first time from end to end, which
// takes a page fault for each 4 KiB, or one for 2 MiB: of 250 faults that
// "sandbox exec --program" takes without, 105 go, and of 390 of "sandbox exec
// -p", 215. That was 0.15 and 0.4 ms where a fault takes 1.4 µs, its page's end
// 0.3, and clearing 2 MiB 32. Where faults are cheaper and memory is slower, it
// gains little or nothing.
//
// The administrator decides (transparent_hugepage/enabled): with "madvise", as
// most distributions have it, this request is heard; with "always" all
// programs get huge pages, and with "never" none does. If there is no huge page
// to be had, the kernel uses small ones, and before that it may try to make a
// huge one, as transparent_hugepage/defrag says. The heap of a start is 1 MiB;
// in huge pages it takes two to six, as it begins anywhere within 4 MiB (the
// runtime chooses by chance).
//
// A function behind the runtime's calls of mmap asks (heap_amd64.s,
// heap_arm64.s). Only a command imports this package, never a library: the hook
// belongs to the whole program, and cgo has the same one; built with cgo, this
// package leaves the heap alone.
//
// # The stack
//
// See growStack.
package coldstart
