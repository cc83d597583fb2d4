// Package probe counts the calls of functions of C that nobody can edit: of a
// callback that is given to a C library, or of one of the library's own. x/telemetry
// has nothing like it.
package probe

import (
	"unsafe"

	"tel.example/telemetry/internal/tel"
)

// Flags say what is counted besides calls.
type Flags uint32

const (
	Latency Flags = 1 << 0 // how long calls took: name:<10ms and so on
	Result  Flags = 1 << 1 // what they returned: name:ok, name:error, or what a list in the signature says
	Errno   Flags = 1 << 2 // errno after errors: name/errno:ENOENT
)

// A Probe is a function of C that is made at run time.
type Probe struct{ handle, function unsafe.Pointer }

// New makes a function that counts each call under the name and then calls the
// target, a pointer to a function of C. The signature is result(arguments) in the
// letters of Python's struct module, as tel.h says: "i(PP)" is a comparison
// function. An error says where a signature is wrong.
//
// With flags it takes libtel's plugin libffi. A panic of a Go function that C
// calls does not pass C, with or without probes.
func New(name, signature string, target unsafe.Pointer, flags Flags) (*Probe, error) {
	handle, function, err := tel.NewProbe(name, signature, target, uint32(flags))
	if err != nil {
		return nil, err
	}
	return &Probe{handle, function}, nil
}

// Pointer is the function, to give to C for as long as the probe is not freed.
func (p *Probe) Pointer() unsafe.Pointer { return p.function }

// Free frees the probe. Nobody may be in the function, or call it later.
func (p *Probe) Free() {
	tel.FreeProbe(p.handle)
	p.handle, p.function = nil, nil
}
