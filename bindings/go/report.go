package telemetry

// The types of documents: what may be uploaded, and what a report has. Their
// JSON is that of golang.org/x/telemetry.

// An UploadConfig lists what may be uploaded.
type UploadConfig struct {
	GOOS       []string
	GOARCH     []string
	GoVersion  []string
	SampleRate float64
	Programs   []*ProgramConfig
}

// A ProgramConfig is one program of an UploadConfig.
type ProgramConfig struct {
	Name     string // the program's path
	Versions []string
	Counters []CounterConfig `json:",omitempty"`
	Stacks   []CounterConfig `json:",omitempty"`
}

// A CounterConfig is one chart of a program, or one stack counter.
type CounterConfig struct {
	Name  string  // chart:{bucket,bucket}
	Rate  float64 // uploaded by reports whose X is at most this
	Depth int     `json:",omitempty"` // of a stack
}

// A Report is what was counted in one week.
type Report struct {
	Week     string  // the day on which the week ended, YYYY-MM-DD
	LastWeek string  // of the report uploaded before
	X        float64 // drawn at random: decides which counters are uploaded
	Programs []*ProgramReport
	Config   string // version of the UploadConfig
}

// A ProgramReport is what one build of one program counted.
type ProgramReport struct {
	Program   string
	Version   string
	GoVersion string // the toolchain
	GOOS      string
	GOARCH    string
	Counters  map[string]int64
	Stacks    map[string]int64
}
