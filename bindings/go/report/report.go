// Package report makes reports and sends them. x/telemetry has nothing like it:
// there a process of its own does that.
package report

import (
	"errors"
	"io"
	"time"

	"tel.example/telemetry/internal/opening"
	"tel.example/telemetry/internal/tel"
)

// A Result says what became of the reports, however far it got.
type Result struct {
	Made     int // on this machine
	Sent     int // the collector took them
	Rejected int // the collector refused them, or they were too old
	Waiting  int // for a later try
}

// What kept Flush from doing all, for errors.Is. The error says more.
var (
	ErrOff         error = &tel.Error{Status: "TEL_E_OFF", Message: "telemetry is off"}
	ErrBusy        error = &tel.Error{Status: "TEL_E_BUSY", Message: "another process is at it, or the collector asked for time"}
	ErrTimeout     error = &tel.Error{Status: "TEL_E_TIMEOUT", Message: "time was up"}
	ErrInvalid     error = &tel.Error{Status: "TEL_E_INVALID", Message: "the user has not consented to this destination, or the collector refused a report"}
	ErrIO          error = &tel.Error{Status: "TEL_E_IO", Message: "the disk or the network failed"}
	ErrPlugin      error = &tel.Error{Status: "TEL_E_PLUGIN", Message: "a transport failed"}
	ErrUnsupported error = &tel.Error{Status: "TEL_E_UNSUPPORTED", Message: "libtel's library for uploading is not there"}
)

// Export writes a counter file (.count) or a report (.json) in a format for other
// systems: json, csv, prometheus, otlp (OpenTelemetry's, in JSON), or one that a
// plugin offers. Without a path it is this process's own counter file. An error of
// the writer is returned as it is.
func Export(path, format string, to io.Writer) error { return tel.Export(path, format, to) }

// Flush turns every finished week into a report. Then, if the user has consented
// to the telemetry.Config.UploadURL of this program, it sends what is due. It may
// wait for the network; telemetry.Start with Upload does it in the background.
//
// A timeout of 0 is no limit for the reports, and a minute for sending. What is
// left is done next time.
func Flush(timeout time.Duration) (Result, error) {
	if opening.InTestWithoutDirectory() {
		return Result{}, errors.New("a test makes no reports of the user's: open in a directory of its own, or set TEL_DIR")
	}
	result, err := tel.Flush(timeout, time.Time{})
	return Result(result), err
}
