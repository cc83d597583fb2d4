//go:build cgo

package tel

/*
#cgo pkg-config: tel
#include <stdlib.h>
#include <tel.h>

// In flush.go.
int64_t telGoNow(void);

// In visit.go. Go exports them without const.
tel_status telGoCounter(void *context, char *name, uint64_t value);
tel_status telGoStack(void *context, char *name, uint64_t value);

static tel_status counter(void *context, const char *name, uint64_t value) { return telGoCounter(context, (char *)name, value); }
static tel_status stack(void *context, const char *name, uint64_t value) { return telGoStack(context, (char *)name, value); }

static tel_status visit(const char *path, void *context) {
	tel_visitor visitor = TEL_INIT(tel_visitor);
	visitor.context = context;
	visitor.counter = counter;
	visitor.stack = stack;
	return tel_report_visit(path, &visitor);
}
*/
import "C"

import (
	"runtime"
	"runtime/cgo"
	"strings"
	"sync/atomic"
	"unsafe"
)

// Supported says whether this build counts into files.
const Supported = true

// maximumNames is the most that libtel takes: x/telemetry has no limit, so
// programs written for it know of none.
const maximumNames = 100_000

// do runs a call and turns what it returns into an error. The sentence is the
// thread's, so the goroutine stays on it.
func do(call func() C.tel_status) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	status := call()
	if status == C.TEL_OK {
		return nil
	}
	return &Error{C.GoString(C.tel_status_name(status)), C.GoString(C.tel_error_message())}
}

// text gives a copy in C's memory, to be freed. A NUL ends it.
func text(s string) *C.char { return C.CString(s) }

// Open opens the counter file.
func Open(config Config) error {
	var kept []*C.char
	defer func() {
		for _, each := range kept {
			C.free(unsafe.Pointer(each))
		}
	}()
	optional := func(s string) *C.char {
		if s == "" {
			return nil
		}
		kept = append(kept, text(s))
		return kept[len(kept)-1]
	}
	version := text(config.Version)
	kept = append(kept, version)
	asked := C.tel_config{
		size:      C.sizeof_tel_config,
		directory: optional(config.Directory),
		program:   optional(config.Program),
		version:   version,
		toolchain: optional(config.Toolchain),
		vendor:    optional(config.Vendor),
		max_names: maximumNames,

		destination: optional(config.Destination),
	}
	if config.Clock {
		asked.now = (*[0]byte)(C.telGoNow)
	}
	if config.Rotate {
		asked.flags |= C.TEL_ROTATE
	}
	if config.Automation {
		asked.flags |= C.TEL_AUTOMATION
	}
	if config.NoReport {
		asked.flags |= C.TEL_NO_REPORT
	}
	return do(func() C.tel_status { return C.tel_open(&asked) })
}

// Named gives the handle of a name, which may be any bytes but line feeds.
func Named(name string) unsafe.Pointer {
	return unsafe.Pointer(C.tel_counter_named_bytes(unsafe.Pointer(unsafe.StringData(name)), C.size_t(len(name))))
}

// Value is what the current file has, or this process's memory if there is no
// file. False if nobody has counted it.
func Value(name string) (uint64, bool) {
	if strings.IndexByte(name, 0) >= 0 {
		// tel_counter_read takes no such name; the handle knows it.
		value := load(Named(name))
		return value, value != 0
	}
	spelled := text(name)
	defer C.free(unsafe.Pointer(spelled))
	var value C.uint64_t
	status := C.tel_counter_read(spelled, &value)
	return uint64(value), status == C.TEL_OK
}

// Settle moves to the file what Add left in memory because the file was being
// opened at that moment.
func Settle(name string) {
	if strings.IndexByte(name, 0) >= 0 {
		C.tel_rotate()
		return
	}
	Value(name)
}

// A Stack is a stack counter's name and frames in C's memory. It is never
// freed, as a handle is not.
type Stack struct {
	name    *C.char
	encoded *C.char
	frames  *C.tel_frame
	count   C.size_t
	isKnown atomic.Bool // to libtel, by the encoded name
}

// NewStack copies a stack. Frames: innermost first.
func NewStack(name string, frames []Frame) *Stack {
	made := &Stack{name: text(name), encoded: text(Encode(name, frames)), count: C.size_t(len(frames))}
	if len(frames) == 0 {
		return made
	}
	made.frames = (*C.tel_frame)(C.calloc(made.count, C.sizeof_tel_frame))
	copies := unsafe.Slice(made.frames, len(frames))
	for i, frame := range frames {
		copies[i].scope = text(frame.Scope)
		copies[i].function = text(frame.Function)
		copies[i].line = C.int64_t(frame.Line)
		copies[i].offset = C.uint64_t(frame.Offset)
		if frame.Inlined {
			copies[i].flags = C.TEL_FRAME_INLINED
		}
	}
	return made
}

// Add adds n to the stack's counter. libtel walks no more than one at a time;
// after that it knows the counter by its name, which is quicker, unless there was
// no room for it.
func (s *Stack) Add(n uint64) {
	if !s.isKnown.Load() {
		C.tel_stack_inc_frames(s.name, s.frames, s.count)
		var value C.uint64_t
		s.isKnown.Store(C.tel_counter_read(s.encoded, &value) == C.TEL_OK)
		if n--; n == 0 {
			return
		}
	}
	C.tel_counter_add(s.encoded, C.uint64_t(n))
}

var modes = map[C.tel_mode]string{C.TEL_MODE_OFF: "off", C.TEL_MODE_LOCAL: "local", C.TEL_MODE_ON: "on"}

// Mode is the mode in effect: off, local or on.
func Mode() string { return modes[C.tel_get_mode()] }

// StoredMode is what the mode file says.
func StoredMode() string { return modes[C.tel_stored_mode()] }

// SetMode writes the mode file. The mode is off, local or on.
func SetMode(mode string) error {
	for value, name := range modes {
		if name == mode {
			return do(func() C.tel_status { return C.tel_set_mode(value) })
		}
	}
	panic("tel: no mode " + mode)
}

// Directory and CounterFile are those in use, "" if there is none.
func Directory() string {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return C.GoString(C.tel_directory())
}

func CounterFile() string {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return C.GoString(C.tel_counter_file())
}

// Read reads a counter file.
func Read(path string) (Counts, error) {
	counts := Counts{map[string]uint64{}, map[string]uint64{}}
	handle := cgo.NewHandle(counts)
	defer handle.Delete()
	spelled := text(path)
	defer C.free(unsafe.Pointer(spelled))
	// C gets the address of a copy of the handle: an integer is no pointer.
	place := (*C.uintptr_t)(C.malloc(C.sizeof_uintptr_t))
	defer C.free(unsafe.Pointer(place))
	*place = C.uintptr_t(handle)
	err := do(func() C.tel_status { return C.visit(spelled, unsafe.Pointer(place)) })
	return counts, err
}
