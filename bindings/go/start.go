package telemetry

import (
	"os"
	"time"

	"tel.example/telemetry/internal/opening"
)

// Config says what Start does.
type Config struct {
	// ReportCrashes asks to count crashes. Accepted; libtel does not do it yet.
	ReportCrashes bool

	// Upload asks to upload reports. Accepted; libtel does not do it yet.
	Upload bool

	// TelemetryDir is the telemetry directory; "" means the user's.
	TelemetryDir string

	// UploadStartTime and UploadURL are for uploading. Accepted, and not used yet.
	UploadStartTime time.Time
	UploadURL       string

	// Vendor is the organisation that asks the user for consent, and names the
	// directory; "" means "tel". x/telemetry has no such field.
	Vendor string

	// Automation says that runs under CI and test runners are use of this
	// program, such as a CI action: they do not lower the mode. x/telemetry has
	// no such field.
	Automation bool
}

// Start opens the program's counter file, as counter.Open does. It starts no
// other process.
func Start(config Config) *StartResult {
	// Set by x/telemetry in the processes that it starts: those do not count.
	if os.Getenv("GO_TELEMETRY_CHILD") == "" {
		opening.Open(opening.Options{Directory: config.TelemetryDir, Vendor: config.Vendor, Automation: config.Automation})
	}
	return &StartResult{}
}

// MaybeChild is for programs that cannot call Start at once. It does nothing,
// as Start starts no process.
func MaybeChild(Config) {}

// A StartResult is what Start has begun.
type StartResult struct{}

// Wait waits until all that Start began is done: nothing, as yet.
func (*StartResult) Wait() {}
