// What storm.c does, in Go, whose runtime interrupts threads by signals of its
// own.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
)

func main() {
	calls, _ := strconv.Atoi(os.Args[1])
	nr, _ := strconv.Atoi(os.Args[2])
	signals := make(chan os.Signal, 1024)
	signal.Notify(signals, syscall.SIGUSR1)
	var handled atomic.Int64
	go func() {
		for range signals {
			handled.Add(1)
		}
	}()
	runtime.LockOSThread()
	fmt.Println(syscall.Gettid())
	right, interrupted := 0, 0
	for i := range calls {
		switch _, _, errno := syscall.RawSyscall(uintptr(nr), 0, uintptr(i), 0); errno {
		case syscall.Errno(100 + i&31):
			right++
		case syscall.EINTR:
			interrupted++
		}
	}
	fmt.Println(right, interrupted, handled.Load())
}
