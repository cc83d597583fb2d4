//go:build !cgo

package tel

import (
	"io"
	"sync"
	"time"
	"unsafe"
)

// Supported says whether this build counts into files.
const Supported = false

var unsupported = &Error{"TEL_E_UNSUPPORTED", "this program was built without cgo, and so without libtel"}

// counter looks like libtel's: first the pointer to the cell.
type counter struct {
	cell unsafe.Pointer
	own  uint64
}

var (
	mu       sync.Mutex
	counters = map[string]*counter{}
)

func Open(Config) error { return unsupported }

func Named(name string) unsafe.Pointer {
	mu.Lock()
	defer mu.Unlock()
	known, ok := counters[name]
	if !ok {
		known = &counter{}
		known.cell = unsafe.Pointer(&known.own)
		counters[name] = known
	}
	return unsafe.Pointer(known)
}

func Value(name string) (uint64, bool) {
	mu.Lock()
	known, ok := counters[name]
	mu.Unlock()
	if !ok {
		return 0, false
	}
	return load(unsafe.Pointer(known)), true
}

func Settle(string) {}

// A Stack counts like any other name here.
type Stack struct{ handle unsafe.Pointer }

func NewStack(name string, frames []Frame) *Stack { return &Stack{Named(Encode(name, frames))} }

func (s *Stack) Add(n uint64) { Add(s.handle, n) }

func Mode() string { return "off" }

func StoredMode() string { return "off" }

func SetMode(string) error { return unsupported }

func Directory() string { return "" }

func CounterFile() string { return "" }

func Read(string) (Counts, error) { return Counts{}, unsupported }

// A Prompt is a question that nobody is asked here.
type Prompt struct {
	Program, Vendor, Destination, Privacy, TextVersion string
	Seconds                                            int
}

// Answers of Ask.
const (
	Yes    = 1
	No     = 0
	Nobody = -1
)

func Ask(Prompt) int { return Nobody }

func ShouldAsk(destination, textVersion string) bool { return false }

func Record(mode, destination, textVersion string) error { return unsupported }

func Flush(timeout time.Duration, now time.Time) (Result, error) { return Result{}, unsupported }

func Export(path, format string, to io.Writer) error { return unsupported }

func Load(path, settings string) error { return unsupported }

func Register(about About, schemes []string, carry Carrier) error { return unsupported }

func NewProbe(counter, signature string, target unsafe.Pointer, flags uint32) (probe, function unsafe.Pointer, err error) {
	return nil, nil, unsupported
}

func FreeProbe(unsafe.Pointer) {}
