//go:build !unix || !go1.23

package crashing

// Watch does nothing: this runtime keeps no crash output, or this system has no
// libtel.
func Watch(directory, program string) error { return nil }

// Collect finds nothing.
func Collect(directory, program string, count func(name string, callers []uintptr)) {}
