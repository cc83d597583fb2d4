//go:build cgo

package tel

/*
#include <stdlib.h>
#include <tel.h>

static tel_status probe(tel_probe **made, const char *counter, const char *signature, void *target, uint32_t flags) {
	return tel_probe_new(made, counter, signature, (tel_function)target, flags);
}

static tel_function function(const tel_probe *probe) { return tel_probe_function(probe); }
*/
import "C"

import (
	"strings"
	"unsafe"
)

// NewProbe makes a function of C that counts and then calls the target.
func NewProbe(counter, signature string, target unsafe.Pointer, flags uint32) (probe, function unsafe.Pointer, err error) {
	if strings.IndexByte(counter, 0) >= 0 || strings.IndexByte(signature, 0) >= 0 {
		return nil, nil, &Error{"TEL_E_INVALID", "the names of counters of probes and signatures have no NUL"}
	}
	name, letters := text(counter), text(signature)
	defer C.free(unsafe.Pointer(name))
	defer C.free(unsafe.Pointer(letters))
	var made *C.tel_probe
	if err := do(func() C.tel_status { return C.probe(&made, name, letters, target, C.uint32_t(flags)) }); err != nil {
		return nil, nil, err
	}
	return unsafe.Pointer(made), unsafe.Pointer(C.function(made)), nil
}

// FreeProbe frees one.
func FreeProbe(probe unsafe.Pointer) { C.tel_probe_free((*C.tel_probe)(probe)) }
