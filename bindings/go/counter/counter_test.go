//go:build cgo

package counter_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tel.example/telemetry/counter"
	"tel.example/telemetry/counter/countertest"
)

var (
	directory string
	early     = counter.New("test/early")
	opening   = counter.New("test/opening")
)

// Counting begins before the file is open, and goes on while it is opened.
func TestMain(m *testing.M) {
	directory, _ = os.MkdirTemp("", "counter")
	early.Add(2)
	if value, err := countertest.ReadCounter(early); value != 2 || err != nil {
		panic(fmt.Sprint("before Open: ", value, err))
	}
	var all sync.WaitGroup
	for i := 0; i < 4; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for j := 0; j < 10000; j++ {
				opening.Inc()
			}
		}()
	}
	countertest.Open(directory)
	all.Wait()
	status := m.Run()
	os.RemoveAll(directory)
	os.Exit(status)
}

func expect(t *testing.T, c *counter.Counter, expected uint64) {
	t.Helper()
	if value, err := countertest.ReadCounter(c); value != expected || err != nil {
		t.Errorf("%q is %d, %v; not %d", c.Name(), value, err, expected)
	}
}

func TestNothingIsLostWhileTheFileIsOpened(t *testing.T) {
	expect(t, early, 2)
	expect(t, opening, 40000)
}

func TestObjectsOfOneNameAreOneCounter(t *testing.T) {
	one, two := counter.New("test/one"), counter.New("test/one")
	one.Inc()
	two.Add(2)
	counter.Inc("test/one")
	counter.Add("test/one", 3)
	expect(t, one, 7)
	expect(t, two, 7)
}

func TestGoroutinesCountTogether(t *testing.T) {
	shared := counter.New("test/shared")
	stack := counter.NewStack("test/together", 2)
	var all sync.WaitGroup
	for i := 0; i < 8; i++ {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			for j := 0; j < 1000; j++ {
				shared.Inc()
				counter.Inc("test/by-name")
				counter.Inc(fmt.Sprintf("test/name:%d", j%10)) // tel-lint: allow there are ten
				stack.Inc()
			}
		}(i)
	}
	all.Wait()
	expect(t, shared, 8000)
	expect(t, counter.New("test/by-name"), 8000)
	expect(t, counter.New("test/name:3"), 800)
	if len(stack.Counters()) != 1 {
		t.Errorf("one stack has the names %q", stack.Names())
	}
	expect(t, stack.Counters()[0], 8000)
}

func TestValuesSaturate(t *testing.T) {
	full := counter.New("test/full")
	full.Add(math.MaxInt64)
	expect(t, full, math.MaxInt64)
	full.Add(math.MaxInt64)
	full.Inc()
	expect(t, full, math.MaxUint64)
	full.Inc()
	expect(t, full, math.MaxUint64)
}

func TestNegativeAddsPanic(t *testing.T) {
	c := counter.New("test/negative")
	c.Inc()
	for _, call := range []func(){func() { c.Add(-1) }, func() { counter.Add("test/negative", math.MinInt64) }} {
		func() {
			defer func() {
				if reason := recover(); reason != "Counter.Add negative" {
					t.Errorf("panics with %v", reason)
				}
			}()
			call()
		}()
	}
	expect(t, c, 1)
}

func TestFlagsCountWithoutTheirValues(t *testing.T) {
	flags := flag.NewFlagSet("plot", flag.ContinueOnError)
	flags.String("output", "", "")
	flags.Bool("verbose", false, "")
	flags.Bool("unset", false, "")
	if err := flags.Parse([]string{"-output", "secret", "-verbose", "-verbose"}); err != nil {
		t.Fatal(err)
	}
	counter.CountFlags("test/flag:", *flags)
	expect(t, counter.New("test/flag:output"), 1)
	expect(t, counter.New("test/flag:verbose"), 1)
	if value, err := countertest.ReadCounter(counter.New("test/flag:unset")); value != 0 || err == nil || err.Error() != `not found:"test/flag:unset"` {
		t.Errorf("%d, %v", value, err)
	}
}

//go:noinline
func recurse(stack *counter.StackCounter, depth int) {
	if depth == 0 {
		stack.Inc()
		return
	}
	recurse(stack, depth-1)
}

func TestEachStackHasACounter(t *testing.T) {
	stack := counter.NewStack("test/stack", 4)
	for i := 0; i < 3; i++ {
		recurse(stack, 0)
	}
	recurse(stack, 1)
	recurse(stack, 5)
	recurse(stack, 6) // the same 4 frames
	values, err := countertest.ReadStackCounter(stack)
	if err != nil || len(values) != 3 || len(stack.Names()) != 3 {
		t.Fatalf("%v, %v, %q", values, err, stack.Names())
	}
	for i, expected := range []uint64{3, 1, 2} {
		expect(t, stack.Counters()[i], expected)
	}
	if !strings.Contains(stack.Names()[2], "\n\".recurse:+5,") {
		t.Errorf("no ditto mark in %q", stack.Names()[2])
	}
	stack.Counters()[1].Inc()
	stack.Counters()[1].Add(1 << 40)
	expect(t, stack.Counters()[1], 2+(1<<40))
}

func TestTheFileSaysTheSame(t *testing.T) {
	c := counter.New("test/in-the-file")
	c.Add(5)
	stack := counter.NewStack("test/in-the-file", 3)
	stack.Inc()
	files, _ := filepath.Glob(filepath.Join(directory, "local", "*.v1.count"))
	if len(files) != 1 {
		t.Fatalf("files: %q", files)
	}
	counters, stacks, err := countertest.ReadFile(files[0])
	if err != nil || counters["test/in-the-file"] != 5 {
		t.Errorf("%v, %v", counters, err)
	}
	values, _ := countertest.ReadStackCounter(stack)
	for name, value := range values {
		if stacks[name] != value {
			t.Errorf("%q is %d in the file, not %d", name, stacks[name], value)
		}
	}
}

func TestOpeningAfterATestHasOpenedChangesNothing(t *testing.T) {
	counter.Open()
	counter.OpenAndRotate()
	counter.OpenDir(t.TempDir())
	c := counter.New("test/still")
	c.Inc()
	expect(t, c, 1)
	files, _ := filepath.Glob(filepath.Join(directory, "local", "*.v1.count"))
	if len(files) != 1 {
		t.Errorf("files: %q", files)
	}
}
