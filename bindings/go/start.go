package telemetry

import (
	"os"
	"strings"
	"sync"
	"time"

	"tel.example/telemetry/counter"
	"tel.example/telemetry/internal/crashing"
	"tel.example/telemetry/internal/opening"
	"tel.example/telemetry/internal/tel"
	"tel.example/telemetry/internal/uploading"
)

// Config says what Start does.
type Config struct {
	// ReportCrashes asks to count crashes: what the runtime prints goes into a
	// file, too, and the next start of the same build counts the stack in it as
	// crash/crash, by its program counters alone, and removes it. No other process
	// is started. The traceback that the user sees has the level "system": all
	// goroutines, and those of the runtime. Not if the mode is off.
	ReportCrashes bool

	// Upload asks to upload reports: at most once a day for all programs of a
	// vendor, in the background of this process, and only if the mode is on, the
	// user has consented to UploadURL, and Vendor is your own.
	Upload bool

	// TelemetryDir is the telemetry directory; "" means the user's.
	TelemetryDir string

	// UploadStartTime is the time at which to upload, for tests; zero means now.
	// Counting goes by the system's clock.
	UploadStartTime time.Time

	// UploadURL is the vendor's collector. A report goes to UploadURL/<date>, if
	// that ends in "/upload" as it does for x/telemetry, else to
	// UploadURL/upload/<date>. "" keeps reports on this machine.
	UploadURL string

	// Vendor is the organisation that asks the user for consent, and names the
	// directory; "" means "tel". x/telemetry has no such field.
	Vendor string

	// Automation says that runs under CI and test runners are use of this
	// program, such as a CI action: they do not lower the mode. x/telemetry has
	// no such field.
	Automation bool
}

// Start opens the program's counter file, as counter.Open does, and uploads if
// it is asked to. It starts no other process, and waits for nothing: what is not
// uploaded when the program ends is uploaded another day.
//
// It comes before counter.Open: what that has opened stays as it is, and nothing
// is uploaded then.
func Start(config Config) *StartResult {
	result := &StartResult{}
	// Set by x/telemetry in the processes that it starts: those do not count.
	if os.Getenv("GO_TELEMETRY_CHILD") != "" {
		return result
	}
	isOurs := opening.Open(opening.Options{
		Directory: config.TelemetryDir, Vendor: config.Vendor, Automation: config.Automation,
		Destination: destination(config.UploadURL), Clock: !config.UploadStartTime.IsZero(),
	})
	if config.ReportCrashes && isOurs && tel.Mode() != "off" {
		reportCrashes()
	}
	if config.Upload && isOurs && mayUpload(config) && uploading.TakeToken(tel.Directory(), time.Now()) {
		result.running.Add(1)
		go func() {
			defer result.running.Done()
			opening.Trace(uploading.Patiently(func() (tel.Result, error) { return tel.Flush(time.Minute, config.UploadStartTime) }))
		}()
	}
	return result
}

// reportCrashes counts crashes of former processes, and watches for one of this.
func reportCrashes() {
	directory := tel.Directory()
	if directory == "" || tel.CounterFile() == "" {
		return
	}
	program := opening.Program()
	crashing.Collect(directory, program, func(name string, callers []uintptr) {
		if callers == nil {
			counter.Inc(name) // tel-lint: allow a crash has no other names than package crashing gives it
			return
		}
		tel.NewStack(name, tel.Walk(callers)).Add(1)
	})
	opening.Trace(crashing.Watch(directory, program))
}

// mayUpload says whether it makes sense to try: libtel has the last word, but
// the day's token should not be taken for nothing.
func mayUpload(config Config) bool {
	switch config.Vendor {
	case "", "tel", "go":
		return false
	}
	isOfEnvironment := config.TelemetryDir == "" && os.Getenv("TEL_DIR") != ""
	return config.UploadURL != "" && !isOfEnvironment && tel.Mode() == "on"
}

// destination is UploadURL as libtel has it, which puts "upload" behind it.
func destination(uploadURL string) string { return strings.TrimSuffix(uploadURL, "/upload") }

// MaybeChild is for programs that cannot call Start at once. It does nothing,
// as Start starts no process.
func MaybeChild(Config) {}

// A StartResult is what Start has begun.
type StartResult struct{ running sync.WaitGroup }

// Wait waits until all that Start began is done. A program need not call it.
func (result *StartResult) Wait() {
	if result != nil {
		result.running.Wait()
	}
}
