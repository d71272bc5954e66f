package survey

import (
	"golang.org/x/sys/unix"

	"sandbox/arch"
)

const entriesArea = "entries"

// Numbers of x86_64 and i386 that the kernel treats in its own way.
const (
	getpidI386 = 20
	uretprobe  = 335
	uprobe     = 336
)

// examineEntries finds the ways into the kernel that a filter has to know, and
// those that it does not see.
func (p *place) examineEntries() {
	if haveInt80 {
		p.examineInt80()
		p.examineX32()
		p.examineExempt("uretprobe", uretprobe)
		p.examineExempt("uprobe", uprobe)
	}
	p.examineIOUring()
}

// examineInt80 asks for the process id as an i386 program does.
func (p *place) examineInt80() {
	var s script
	s.call(getpidI386).i386 = true
	o := p.attempt(&s)
	f := Finding{Area: entriesArea, Name: "int 0x80"}
	switch {
	case o.err != nil:
		f.State, f.Found, f.Remedy = o.untried(0)
	case o.made(0) && o.results[0].errno == 0:
		f.Found = "64-bit programs too can make calls of i386; policies that do not serve i386 kill for them"
	case o.made(0):
		f.Found = "calls of i386 are denied around this process: " + name(o.results[0].errno)
	case o.signal == unix.SIGSYS:
		f.Found = "a filter around this process kills for calls of i386"
	default:
		f.Found = "not served: the kernel has no i386 calls, or was told to have none (ia32_emulation=0)"
	}
	p.add(f)
}

// examineX32 asks for the process id by the number that x32 has for it.
func (p *place) examineX32() {
	var s script
	s.call(arch.X32Bit | unix.SYS_GETPID)
	o := p.attempt(&s)
	f := Finding{Area: entriesArea, Name: "x32"}
	switch {
	case o.err != nil:
		f.State, f.Found, f.Remedy = o.untried(0)
	case o.made(0) && o.results[0].errno == 0:
		f.Found = "the kernel serves x32 calls; every policy kills for them"
	case o.made(0):
		f.Found = "not served: " + name(o.results[0].errno)
	default:
		f.Found = "a filter around this process kills for x32 calls"
	}
	p.add(f)
}

// examineExempt makes a call that a filter of a child denies. Kernels from 6.14
// on, and stable ones of that time, let the calls of their own probes pass every
// filter: outside of a probe these end in an error of their own or in SIGILL.
func (p *place) examineExempt(call string, nr uint32) {
	var s script
	s.install(0, denying(nr))
	s.call(uintptr(nr))
	o := p.attempt(&s)
	f := Finding{Area: entriesArea, Name: call}
	switch {
	case !o.made(1) || o.results[1].errno != 0:
		f.State, f.Found = Unknown, "it could not be tried without a filter"
	case o.made(2) && o.results[2].errno == probeErrno, !o.made(2) && o.signal == unix.SIGSYS:
		f.Found = "filters decide about it"
	default:
		f.State, f.Found = Limited, "this kernel lets it pass every filter"
		f.Effect = "no policy can deny it; outside of the kernel's own probes it does nothing"
	}
	p.add(f)
}

// examineIOUring asks for a ring without giving the address of its parameters,
// which is looked at last.
func (p *place) examineIOUring() {
	var s script
	s.call(unix.SYS_IO_URING_SETUP, 1, 0)
	o := p.attempt(&s)
	f := Finding{Area: entriesArea, Name: "io_uring"}
	switch {
	case !o.made(0) && o.signal == unix.SIGSYS:
		f.Found = "a filter around this process kills for it"
	case !o.made(0):
		f.State, f.Found, f.Remedy = o.untried(0)
	case o.results[0].errno == unix.EFAULT || o.results[0].errno == 0:
		f.State, f.Found = Limited, "can be had, and what is done through it no filter sees"
		f.Effect = "a policy that allows io_uring_setup allows all that io_uring can do; the shipped profiles deny it"
		f.Remedy = "sysctl kernel.io_uring_disabled=2, if nothing here needs it"
	case o.results[0].errno == unix.ENOSYS:
		f.Found = "not there: " + name(unix.ENOSYS)
	case p.ioUringDisabled():
		f.Found = "switched off by kernel.io_uring_disabled"
	default:
		f.Found = "denied here: " + name(o.results[0].errno)
	}
	p.add(f)
}

func (p *place) ioUringDisabled() bool {
	value := p.read("/proc/sys/kernel/io_uring_disabled")
	return value == "1" || value == "2"
}
