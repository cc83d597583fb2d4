// Package counter counts events by name, in the counter files of libtel.
//
// It has the names, types and behaviour of golang.org/x/telemetry/counter, so
// a program changes its import path and nothing else.
//
//	var opened = counter.New("editor/open:config")
//
//	func main() {
//		counter.Open()
//		opened.Inc()
//	}
//
// Names are a chart, or a chart and a bucket: "editor/open", "editor/open:config".
// They must never hold what a user wrote.
//
// Programs open, libraries only count. What was counted before Open waits in
// memory. In a test, Open does nothing unless a directory is given: see package
// countertest.
package counter

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"tel.example/telemetry/internal/tel"
)

// A Counter counts one kind of event. Any number of goroutines may use it.
type Counter struct {
	name   string
	handle unsafe.Pointer // libtel's, atomic; nil until the first Add
	stack  *tel.Stack     // of a StackCounter's counters
}

// New gives a counter of this name. It costs nothing at program start, and the
// counter is in the file once it has counted something.
func New(name string) *Counter { return &Counter{name: name} }

// Name is what the counter was made with. That of a stack has more lines.
func (c *Counter) Name() string { return c.name }

// Inc adds 1.
func (c *Counter) Inc() { c.Add(1) }

// Add adds n. It panics if n is negative: a count never falls.
func (c *Counter) Add(n int64) {
	if n <= 0 {
		if n < 0 {
			panic("Counter.Add negative")
		}
		return
	}
	handle := atomic.LoadPointer(&c.handle)
	if handle == nil {
		if c.stack != nil {
			c.stack.Add(uint64(n))
			return
		}
		handle = tel.Named(c.name)
		atomic.StorePointer(&c.handle, handle)
	}
	if tel.Add(handle, uint64(n)) {
		tel.Settle(c.name)
	}
}

// Inc adds 1 to the counter of this name.
func Inc(name string) { Add(name, 1) }

// Add adds n to the counter of this name. The counter is kept: the next time
// is nearly as cheap as through a *Counter.
func Add(name string, n int64) { named(name).Add(n) }

// kept has a counter for each name that Inc and Add were called with; a file
// has no room for more names.
var kept struct {
	counters sync.Map // string → *Counter
	count    atomic.Int64
}

const mostKept = 100_000

func named(name string) *Counter {
	if known, ok := kept.counters.Load(name); ok {
		return known.(*Counter)
	}
	made := New(name)
	if kept.count.Load() >= mostKept {
		return made
	}
	known, loaded := kept.counters.LoadOrStore(name, made)
	if !loaded {
		kept.count.Add(1)
	}
	return known.(*Counter)
}
