// Package consent asks the user whether reports may be sent. x/telemetry has
// nothing like it.
//
//	telemetry.Start(telemetry.Config{Vendor: "example"})
//	consent.Ask(consent.Question{
//		Program:     "Example Editor",
//		Vendor:      "example",
//		Destination: "https://telemetry.example.org/",
//		Privacy:     "https://example.org/privacy",
//		TextVersion: "1",
//	})
package consent

import (
	"errors"
	"fmt"
	"time"

	"tel.example/telemetry/internal/opening"
	"tel.example/telemetry/internal/tel"
)

// A Question is about a destination, and a text that says what would be sent.
type Question struct {
	Program     string        // who asks, as the user knows it
	Vendor      string        // that of telemetry.Config
	Destination string        // the URL that reports would be sent to
	Privacy     string        // the URL of the text
	TextVersion string        // of the text; a new one asks again
	Timeout     time.Duration // to wait for an answer; 0 means 30 s
}

// An Answer to a Question.
type Answer int

const (
	Yes    = Answer(tel.Yes)
	No     = Answer(tel.No)     // also no answer in time
	Nobody = Answer(tel.Nobody) // nobody was asked, or nobody could answer
)

// Ask asks on the terminal, if it is time to, and writes down the answer. It
// reads and writes the terminal itself: standard input stays whole. It does not
// ask in the background, nor when something has been typed ahead.
func Ask(question Question) Answer {
	if opening.InTestWithoutDirectory() {
		return Nobody
	}
	return Answer(tel.Ask(tel.Prompt{
		Program: question.Program, Vendor: question.Vendor, Destination: question.Destination, Privacy: question.Privacy,
		TextVersion: question.TextVersion, Seconds: int((question.Timeout + time.Second - 1) / time.Second),
	}))
}

// ShouldAsk says whether it is time to ask: it would not disturb, this was not
// asked before, and the program was used on some days. After opening.
func ShouldAsk(destination, textVersion string) bool {
	return !opening.InTestWithoutDirectory() && tel.ShouldAsk(destination, textVersion)
}

// Record writes what the user said when asked: off, local or on.
func Record(mode, destination, textVersion string) error {
	switch mode {
	case "off", "local", "on":
	default:
		return fmt.Errorf("invalid telemetry mode: %q", mode)
	}
	if opening.InTestWithoutDirectory() {
		return errors.New("a test does not set the user's telemetry mode: open in a directory of its own, or set TEL_DIR")
	}
	return tel.Record(mode, destination, textVersion)
}

// StoredMode is what the user has said: the mode file's word, local if there is
// none. Something else may hold the mode in effect, telemetry.Mode, down.
func StoredMode() string {
	if opening.InTestWithoutDirectory() {
		return "off"
	}
	return tel.StoredMode()
}
