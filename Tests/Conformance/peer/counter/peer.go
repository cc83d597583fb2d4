// This file joins the reference's own package at test time, so that a test can
// say which program counts: elsewhere that comes from the executable alone.

package counter

import "runtime/debug"

// OpenAs opens the counter file of the program that info describes. It answers
// the file's path, or why there is none.
func OpenAs(info *debug.BuildInfo) (string, error) {
	defaultFile.mu.Lock()
	defaultFile.buildInfo = info
	defaultFile.mu.Unlock()
	Open(false)
	return InUse()
}

// RotateNow does what the reference's timer does at the end of the week.
func RotateNow() (string, error) {
	defaultFile.rotate1()
	return InUse()
}

// InUse is the path of the mapped file, or why nothing is mapped.
func InUse() (string, error) {
	defaultFile.mu.Lock()
	defer defaultFile.mu.Unlock()
	current := defaultFile.current.Load()
	if current == nil {
		return "", defaultFile.err
	}
	return current.f.Name(), nil
}

// Pending is what c has counted without finding a place for it in the file.
func Pending(c *Counter) uint64 {
	return c.state.load().extra()
}
