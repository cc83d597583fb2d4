//go:build cgo

package tel

/*
#include <stdlib.h>
#include <tel.h>

tel_status telGoWrite(void *context, void *bytes, size_t count);

static tel_status export_report(const char *path, const char *format, void *context) {
	return tel_report_export(path, format, (tel_write_fn)telGoWrite, context);
}
*/
import "C"

import (
	"io"
	"runtime/cgo"
	"unsafe"
)

// Export writes a counter file or a report in a format for other systems; an
// empty path is the process's own file.
func Export(path, format string, to io.Writer) error {
	into := &sink{to: to}
	handle := cgo.NewHandle(into)
	defer handle.Delete()
	var kept texts
	defer kept.free()
	place, spelled := (*C.char)(nil), kept.add(format)
	if path != "" {
		place = kept.add(path)
	}
	// C gets the address of a copy of the handle: an integer is no pointer.
	context := (*C.uintptr_t)(C.malloc(C.sizeof_uintptr_t))
	defer C.free(unsafe.Pointer(context))
	*context = C.uintptr_t(handle)
	err := do(func() C.tel_status { return C.export_report(place, spelled, unsafe.Pointer(context)) })
	if into.panicked != nil {
		panic(into.panicked)
	}
	if into.err != nil {
		return into.err
	}
	return err
}
