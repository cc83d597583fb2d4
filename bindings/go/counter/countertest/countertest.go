// Package countertest lets a test see what the code under test counts:
//
//	func TestMain(m *testing.M) {
//		dir, _ := os.MkdirTemp("", "")
//		countertest.Open(dir)
//		status := m.Run()
//		os.RemoveAll(dir)
//		os.Exit(status)
//	}
//
// It is for tests alone: a program that imports it panics.
package countertest

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"tel.example/telemetry/counter"
	"tel.example/telemetry/internal/opening"
	"tel.example/telemetry/internal/tel"
)

// SupportedPlatform says whether Open does anything.
const SupportedPlatform = tel.Supported

var opened atomic.Bool

func init() {
	if !testing.Testing() {
		panic("use of this package is disallowed in non-testing code")
	}
}

// Open counts into this directory, once a process. What the code under test
// opens afterwards changes nothing.
func Open(telemetryDir string) {
	if opened.Swap(true) {
		panic("Open was called more than once")
	}
	opening.OpenTest(telemetryDir)
}

// ReadCounter is the counter's value: in the file, or, before Open, in memory.
func ReadCounter(c *counter.Counter) (count uint64, _ error) {
	value, found := tel.Value(c.Name())
	if !found && tel.CounterFile() != "" {
		return 0, fmt.Errorf("not found:%q", tel.Decode(c.Name()))
	}
	return value, nil
}

// ReadStackCounter has the values of the stacks that c has counted, by their
// decoded names.
func ReadStackCounter(c *counter.StackCounter) (stackCounts map[string]uint64, _ error) {
	values := map[string]uint64{}
	for _, each := range c.Counters() {
		value, err := ReadCounter(each)
		if err != nil {
			return nil, err
		}
		values[tel.Decode(each.Name())] = value
	}
	return values, nil
}

// ReadFile has what is in a counter file; the names of stacks are decoded.
func ReadFile(name string) (counters, stackCounters map[string]uint64, _ error) {
	if !strings.HasSuffix(name, ".count") {
		return nil, nil, fmt.Errorf("failed to read from file: %s is no counter file: its name does not end in .count", name)
	}
	counts, err := tel.Read(name)
	if err != nil {
		return nil, nil, fmt.Errorf("failed to read from file: %w", err)
	}
	return counts.Counters, counts.Stacks, nil
}
