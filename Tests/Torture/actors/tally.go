package main

import (
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"unsafe"
)

const names = 24

// See tally.h.
type entry struct{ done, open uint64 }

var made atomic.Int64

func newTally() *[names]entry {
	path := fmt.Sprintf("%s/go-%d-%d", os.Getenv("TORTURE_TALLIES"), os.Getpid(), made.Add(1))
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err == nil {
		err = file.Truncate(names * 16)
	}
	if err != nil {
		panic(err)
	}
	memory, err := syscall.Mmap(int(file.Fd()), 0, names*16, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		panic(err)
	}
	file.Close()
	return (*[names]entry)(unsafe.Pointer(&memory[0]))
}

func (e *entry) begin(n uint64) { atomic.AddUint64(&e.open, n) }

func (e *entry) end(n uint64) {
	atomic.AddUint64(&e.done, n)
	atomic.AddUint64(&e.open, -n)
}
