package counter

import (
	"runtime"
	"sync"
	"unsafe"

	"tel.example/telemetry/internal/tel"
)

// A StackCounter counts by name and by the way the program came there: one
// counter for each stack.
type StackCounter struct {
	name  string
	depth int

	mu       sync.Mutex
	counters []*Counter
	byStack  map[string]*Counter // key: the program counters' bytes
}

// NewStack gives a stack counter whose stacks are at most depth calls deep.
func NewStack(name string, depth int) *StackCounter {
	return &StackCounter{name: name, depth: depth}
}

// Inc adds 1 to the counter of the caller's stack.
func (c *StackCounter) Inc() {
	callers := make([]uintptr, c.depth)
	callers = callers[:runtime.Callers(2, callers)]
	c.of(callers).Inc()
}

func (c *StackCounter) of(callers []uintptr) *Counter {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(callers))), len(callers)*int(unsafe.Sizeof(uintptr(0))))
	if known, ok := c.byStack[string(key)]; ok {
		return known
	}
	frames := tel.Walk(callers)
	made := &Counter{name: tel.Encode(c.name, frames), stack: tel.NewStack(c.name, frames)}
	if c.byStack == nil {
		c.byStack = map[string]*Counter{}
	}
	c.byStack[string(key)] = made
	c.counters = append(c.counters, made)
	return made
}

// Names are the names, in counter files, of the stacks that were counted so far.
func (c *StackCounter) Names() []string {
	counters := c.Counters()
	names := make([]string, len(counters))
	for i, counter := range counters {
		names[i] = counter.Name()
	}
	return names
}

// Counters are those of the stacks that were counted so far. The file may have
// more, of other processes.
func (c *StackCounter) Counters() []*Counter {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append(make([]*Counter, 0, len(c.counters)), c.counters...)
}
