// Package uploading has what keeps processes from uploading too often, or giving
// up too early.
package uploading

import (
	"errors"
	"time"

	"tel.example/telemetry/internal/tel"
)

var busy = &tel.Error{Status: "TEL_E_BUSY"}

// Patiently flushes again while another process makes the reports, which takes
// a moment. It is no use where the collector wants to be left alone, or another
// process is sending: then something waits.
func Patiently(flush func() (tel.Result, error)) error {
	for pause := 50 * time.Millisecond; ; pause *= 2 {
		result, err := flush()
		if !errors.Is(err, busy) || result.Waiting > 0 || pause > 10*time.Second {
			return err
		}
		time.Sleep(pause)
	}
}
