// Package telemetry opens libtel for a Go program and says what the user
// allows. It mirrors golang.org/x/telemetry: a program changes its import path
// and nothing else. Package counter counts.
package telemetry

import (
	"errors"
	"fmt"
	"strings"

	"tel.example/telemetry/internal/opening"
	"tel.example/telemetry/internal/tel"
)

// Mode is the mode in effect:
//
//	off    nothing is counted
//	local  counts stay on this machine; the default
//	on     counts that the user approved of may leave it
//
// It is the lowest of what the mode file and the environment say.
func Mode() string {
	if opening.InTestWithoutDirectory() {
		return "off"
	}
	return tel.Mode()
}

// SetMode writes the mode file: off, local or on. Call it only when the user
// has just said so.
func SetMode(mode string) error {
	mode = strings.TrimSpace(mode)
	switch mode {
	case "off", "local", "on":
	default:
		return fmt.Errorf("invalid telemetry mode: %q", mode)
	}
	if opening.InTestWithoutDirectory() {
		return errors.New("a test does not set the user's telemetry mode: open in a directory of its own, or set TEL_DIR")
	}
	return tel.SetMode(mode)
}

// Dir is the telemetry directory; "" if there can be none.
func Dir() string { return opening.Directory() }
