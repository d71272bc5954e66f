// Package hugeheap asks the kernel for huge pages for the heap of the program
// that imports it, before the runtime touches the first page: nothing in Go can
// be that early, and memory of which one small page was touched gets no huge
// one any more.
//
// It is for a command that lives for milliseconds. Its heap is used for the
// first time from end to end, which takes a page fault for each 4 KiB, or one
// for 2 MiB: of 285 faults that "sandbox exec --program" took, 110 go, and of
// 480 of "sandbox exec -p", 265, which were 0.18 and 0.6 ms where a fault takes
// 1.4 µs, its page's end 0.3, and clearing 2 MiB 32. Where faults are cheaper
// and memory is slower, it gains little or nothing.
//
// The administrator decides (transparent_hugepage/enabled): with "madvise", as
// most distributions have it, this request is heard; with "always" all
// programs get huge pages, and with "never" none does. If there is no huge page
// to be had, or the memory of a container is too small for one, the kernel uses
// small ones.
//
// Importing the package puts a function behind the runtime's calls of mmap
// (mmap_amd64.s, mmap_arm64.s). Only a command imports it, never a library: the
// hook belongs to the whole program, and cgo has the same one; built with cgo,
// this package does nothing.
package hugeheap
