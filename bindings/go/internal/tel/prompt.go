//go:build cgo

package tel

/*
#include <stdlib.h>
#include <tel.h>
#include <tel/prompt.h>
*/
import "C"

import "unsafe"

// A Prompt is what tel/prompt.h asks.
type Prompt struct {
	Program, Vendor, Destination, Privacy, TextVersion string
	Seconds                                            int
}

// Answers of Ask.
const (
	Yes    = int(C.TEL_PROMPT_YES)
	No     = int(C.TEL_PROMPT_NO)
	Nobody = int(C.TEL_PROMPT_NOBODY)
)

// texts are strings in C's memory.
type texts []*C.char

func (t *texts) add(s string) *C.char {
	made := text(s)
	*t = append(*t, made)
	return made
}

func (t texts) free() {
	for _, each := range t {
		C.free(unsafe.Pointer(each))
	}
}

// Ask asks on the terminal if it is time to.
func Ask(prompt Prompt) int {
	var kept texts
	defer kept.free()
	asked := C.tel_prompt{
		program:      kept.add(prompt.Program),
		vendor:       kept.add(prompt.Vendor),
		destination:  kept.add(prompt.Destination),
		privacy:      kept.add(prompt.Privacy),
		text_version: kept.add(prompt.TextVersion),
		seconds:      C.int(prompt.Seconds),
	}
	return int(C.tel_prompt_ask(&asked))
}

// ShouldAsk says whether it is time to ask.
func ShouldAsk(destination, textVersion string) bool {
	var kept texts
	defer kept.free()
	return C.tel_consent_should_ask(kept.add(destination), kept.add(textVersion)) != 0
}

// Record writes what the user said. The mode is off, local or on.
func Record(mode, destination, textVersion string) error {
	var kept texts
	defer kept.free()
	for value, name := range modes {
		if name == mode {
			d, v := kept.add(destination), kept.add(textVersion)
			return do(func() C.tel_status { return C.tel_consent_record(value, d, v) })
		}
	}
	panic("tel: no mode " + mode)
}
