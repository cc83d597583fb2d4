//go:build cgo

package tel

// #include <tel.h>
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

func counts(context unsafe.Pointer) Counts {
	return cgo.Handle(*(*C.uintptr_t)(context)).Value().(Counts)
}

//export telGoCounter
func telGoCounter(context unsafe.Pointer, name *C.char, value C.uint64_t) C.tel_status {
	counts(context).Counters[C.GoString(name)] += uint64(value)
	return C.TEL_OK
}

//export telGoStack
func telGoStack(context unsafe.Pointer, name *C.char, value C.uint64_t) C.tel_status {
	counts(context).Stacks[C.GoString(name)] += uint64(value)
	return C.TEL_OK
}
