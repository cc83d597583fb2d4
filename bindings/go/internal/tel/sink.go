//go:build cgo

package tel

// #include <tel.h>
import "C"

import (
	"io"
	"runtime/cgo"
	"unsafe"
)

// A sink is where an export goes, and what went wrong there.
type sink struct {
	to       io.Writer
	err      error
	panicked any // goes on once C is left
}

//export telGoWrite
func telGoWrite(context, bytes unsafe.Pointer, count C.size_t) (status C.tel_status) {
	into := cgo.Handle(*(*C.uintptr_t)(context)).Value().(*sink)
	defer func() {
		if into.panicked = recover(); into.panicked != nil {
			status = C.TEL_E_IO
		}
	}()
	n, err := into.to.Write(C.GoBytes(bytes, C.int(count)))
	if err == nil && n < int(count) {
		err = io.ErrShortWrite
	}
	if into.err = err; err != nil {
		return C.TEL_E_IO
	}
	return C.TEL_OK
}
