// Package tel calls libtel. It is the only package that uses cgo; without cgo
// it keeps counts in memory and writes nothing.
//
// A handle is what tel.h calls a tel_counter: memory that lives as long as the
// process, and whose first word points to the cell to add to.
package tel

import (
	"math"
	"sync/atomic"
	"time"
	"unsafe"
)

// Config is what a program may ask for when it opens. An empty string means
// libtel's default, but for Version, which may be empty.
type Config struct {
	Directory string
	Program   string
	Version   string
	Toolchain string
	Vendor    string
	Rotate    bool // a thread of libtel rotates
	NoReport  bool // this process makes no reports in passing

	Automation bool // runs under CI and test runners are use of the program

	Destination string // of reports
	Clock       bool   // Flush may be given another time
}

// A Frame is one line of a stack.
type Frame struct {
	Scope, Function string
	Line            int64
	Offset          uint64
	Inlined         bool // Line counts from the start of the file
}

// Counts are those of a counter file; the names of stacks are decoded.
type Counts struct {
	Counters, Stacks map[string]uint64
}

// Error is a call that libtel refused, with its sentence.
type Error struct {
	Status  string // "TEL_E_IO"
	Message string
}

func (e *Error) Error() string { return "libtel: " + e.Message }

// Is says whether both have one status; the sentences may differ.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && other.Status == e.Status
}

// A Result is what became of reports.
type Result struct {
	Made, Sent, Rejected, Waiting int
}

// About says what a plugin is called.
type About struct {
	Name, Version, Summary string
}

// A Document is a report on its way.
type Document struct {
	Name, MediaType string
	Bytes           []byte
}

// A Request is what a transport is asked: without a Document, to fetch.
type Request struct {
	URL      string
	Document *Document
	Tag      string
	Timeout  time.Duration
	Most     int
}

// An Outcome is what a transport did with a request.
type Outcome int

const (
	Answered  Outcome = iota // whatever the code
	Unreached                // it may be tried again
	TooSlow                  // it may be tried again
	Defective                // it makes no sense to try again
)

// An Answer is what a transport came back with.
type Answer struct {
	Outcome                Outcome
	Code                   int
	Tag, Location, Problem string
	RetryAfter             time.Duration
	Body                   []byte
}

// A Carrier is a transport. It never panics: C calls it.
type Carrier func(Request) Answer

// Add adds n through a handle, without a call. It answers whether the cell was
// replaced meanwhile: the count may then wait in memory, and Settle moves it.
func Add(handle unsafe.Pointer, n uint64) (replaced bool) {
	where := (*unsafe.Pointer)(handle)
	cell := atomic.LoadPointer(where)
	if atomic.AddUint64((*uint64)(cell), n) < n {
		// It went round: values saturate.
		atomic.StoreUint64((*uint64)(cell), math.MaxUint64)
	}
	return atomic.LoadPointer(where) != cell
}

func load(handle unsafe.Pointer) uint64 {
	return atomic.LoadUint64((*uint64)(atomic.LoadPointer((*unsafe.Pointer)(handle))))
}
