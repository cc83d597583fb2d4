package tel

import (
	"runtime"
	"strings"
)

// Walk names the frames of program counters as runtime.Callers gives them. A
// call that was inlined has no function of its own, so its line counts from the
// start of the file.
func Walk(callers []uintptr) []Frame {
	var walked []Frame
	frames := runtime.CallersFrames(callers)
	for {
		frame, more := frames.Next()
		made := Frame{Function: frame.Function, Line: int64(frame.Line), Offset: uint64(frame.PC - frame.Entry), Inlined: true}
		if dot := strings.LastIndexByte(frame.Function, '.'); dot >= 0 {
			made.Scope, made.Function = frame.Function[:dot], frame.Function[dot+1:]
		}
		if frame.Func != nil {
			_, first := frame.Func.FileLine(frame.Entry)
			made.Line -= int64(first)
			made.Inlined = false
		}
		walked = append(walked, made)
		if !more {
			return walked
		}
	}
}
