// What countertest answers. Built twice, against golang.org/x/telemetry and
// against bindings/go: the answers must be equal. They go to the file that
// ANSWERS names, as a list of strings.
package same

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"testing"
	"time"

	"golang.org/x/telemetry"
	"golang.org/x/telemetry/counter"
	"golang.org/x/telemetry/counter/countertest"
)

var answers []string

// Names and types are the same: this compiles against both.
var (
	_ func(string)                                               = counter.Inc
	_ func(string, int64)                                        = counter.Add
	_ func(string) *counter.Counter                              = counter.New
	_ func(string, int) *counter.StackCounter                    = counter.NewStack
	_ func()                                                     = counter.Open
	_ func()                                                     = counter.OpenAndRotate
	_ func(string)                                               = counter.OpenDir
	_ func(string, flag.FlagSet)                                 = counter.CountFlags
	_ func()                                                     = counter.CountCommandLineFlags
	_ func(*counter.Counter)                                     = (*counter.Counter).Inc
	_ func(*counter.Counter, int64)                              = (*counter.Counter).Add
	_ func(*counter.Counter) string                              = (*counter.Counter).Name
	_ func(*counter.StackCounter)                                = (*counter.StackCounter).Inc
	_ func(*counter.StackCounter) []string                       = (*counter.StackCounter).Names
	_ func(*counter.StackCounter) []*counter.Counter             = (*counter.StackCounter).Counters
	_ func(string)                                               = countertest.Open
	_ func(*counter.Counter) (uint64, error)                     = countertest.ReadCounter
	_ func(*counter.StackCounter) (map[string]uint64, error)     = countertest.ReadStackCounter
	_ func(string) (map[string]uint64, map[string]uint64, error) = countertest.ReadFile
	_ func(telemetry.Config) *telemetry.StartResult              = telemetry.Start
	_ func(telemetry.Config)                                     = telemetry.MaybeChild
	_ func(*telemetry.StartResult)                               = (*telemetry.StartResult).Wait
	_ func() string                                              = telemetry.Mode
	_ func() string                                              = telemetry.Dir
	_ func(string) error                                         = telemetry.SetMode
	_                                                            = telemetry.Config{ReportCrashes: true, Upload: true, TelemetryDir: "", UploadStartTime: time.Time{}, UploadURL: ""}
	_                                                            = [...]bool{countertest.SupportedPlatform}
)

// The documents have the same JSON.
func TestDocuments(t *testing.T) {
	text, err := json.MarshalIndent([]any{
		telemetry.UploadConfig{Programs: []*telemetry.ProgramConfig{
			{Name: "p"}, {Counters: []telemetry.CounterConfig{{Name: "c:{a,b}", Rate: 0.5}}, Stacks: []telemetry.CounterConfig{{Depth: 16}}},
		}},
		telemetry.Report{Programs: []*telemetry.ProgramReport{{Counters: map[string]int64{"c": 1}}}},
	}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	answer("documents: %s", text)
}

func answer(format string, values ...any) { answers = append(answers, fmt.Sprintf(format, values...)) }

func panicOf(call func()) (value any) {
	defer func() { value = recover() }()
	call()
	return nil
}

func read(what string, c *counter.Counter) {
	value, err := countertest.ReadCounter(c)
	answer("%s: %q is %d, %v", what, c.Name(), value, err)
}

func sorted(counts map[string]uint64) []string {
	lines := []string{}
	for name, value := range counts {
		lines = append(lines, fmt.Sprintf("%q %d", name, value))
	}
	sort.Strings(lines)
	return lines
}

func readStack(what string, c *counter.StackCounter) {
	values, err := countertest.ReadStackCounter(c)
	answer("%s: %d counters, %q, %q, %v", what, len(c.Counters()), c.Names(), sorted(values), err)
}

// deep counts in a goroutine of its own: its frames have offsets, and those of
// functions into which the compiler inlines calls differ.
func deep(c *counter.StackCounter, depth int) {
	done := make(chan struct{})
	go func() {
		recurse(c, depth)
		close(done)
	}()
	<-done
}

func recurse(c *counter.StackCounter, depth int) {
	if depth > 0 {
		recurse(c, depth-1)
		return
	}
	c.Inc()
}

func TestAnswers(t *testing.T) {
	directory := t.TempDir()
	answer("supported: %v", countertest.SupportedPlatform)

	plain := counter.New("same/plain")
	never := counter.New("same/never")
	spaced := counter.New("same/with space")
	stack := counter.NewStack("same/stack", 4)
	deep(stack, 2)
	plain.Add(3)
	read("before", plain)
	read("before", never)
	readStack("before", stack)

	countertest.Open(directory)
	answer("second: %v", panicOf(func() { countertest.Open(directory) }))
	answer("open after it: %v", panicOf(func() { counter.Open(); counter.OpenDir(directory) }))
	read("opened", plain)
	plain.Inc()
	plain.Add(1 << 40)
	spaced.Inc()
	read("after", plain)
	read("after", never)
	read("after", spaced)
	read("another object", counter.New("same/plain"))
	never.Add(0)
	read("after adding 0", never)
	answer("negative: %v", panicOf(func() { plain.Add(-1) }))
	answer("negative by name: %v", panicOf(func() { counter.Add("same/plain", -1) }))
	read("after negative", plain)

	deep(stack, 2)
	deep(stack, 3)
	for range 3 {
		deep(stack, 0)
	}
	readStack("after", stack)
	readStack("never", counter.NewStack("same/never", 4))
	for _, each := range stack.Counters() {
		read("of the stack", each)
	}
	stack.Counters()[0].Inc()
	read("counted through it", stack.Counters()[0])

	files, _ := filepath.Glob(filepath.Join(directory, "local", "*.count"))
	answer("%d file, %s", len(files), filepath.Base(files[0]))
	counters, stacks, err := countertest.ReadFile(files[0])
	answer("file: %q, %q, %v", sorted(counters), sorted(stacks), err)
	counters, stacks, err = countertest.ReadFile(filepath.Join(directory, "missing.v1.count"))
	answer("missing: %v, %v, %v", counters == nil, stacks == nil, err != nil)

	for _, mode := range []string{"ON", "", "bogus"} {
		answer("set mode: %v", telemetry.SetMode(mode))
	}
	for _, mode := range []string{"off", " local ", "on"} {
		answer("set mode: %v", telemetry.SetMode(mode))
		answer("mode: %q", telemetry.Mode())
	}
	answer("directory: %v", telemetry.Dir() == directory)
	var none *telemetry.StartResult
	none.Wait()

	text, _ := json.Marshal(answers)
	if err := os.WriteFile(os.Getenv("ANSWERS"), text, 0o666); err != nil {
		t.Fatal(err)
	}
}
