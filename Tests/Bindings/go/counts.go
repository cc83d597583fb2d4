// Counts in every way there is. Built twice, against golang.org/x/telemetry and
// against bindings/go: the counter files must be equal.
//
//	OPEN=dir|start|open|rotate counts DIRECTORY [flags]
package main

import (
	"flag"
	"os"
	"strings"
	"sync"

	"golang.org/x/telemetry"
	"golang.org/x/telemetry/counter"
)

var (
	early = counter.New("same/early")
	twice = counter.New("same/twice")
	again = counter.New("same/twice") // another object, the same counter
	stack = counter.NewStack("same/stack", 16)
	short = counter.NewStack("same/short", 1)
)

type shape struct{ sides int }

//go:noinline
func (s *shape) method(depth int) {
	if depth > 0 {
		s.method(depth - 1)
		return
	}
	stack.Inc()
}

//go:noinline
func generic[T any](value T) T {
	stack.Inc()
	return value
}

func inlined() { stack.Inc() }

//go:noinline
func closures() {
	func() {
		defer func() {
			recover()
			stack.Inc()
		}()
		panic("on purpose")
	}()
	for range 3 {
		short.Inc()
	}
	short.Inc()
}

func before() {
	early.Inc()
	early.Add(41)
	twice.Add(2)
	counter.Inc("same/by-name")
	counter.Add("same/by-name", 6)
	counter.New("same/never-added").Add(0)
	counter.New("same/never-touched")
}

func after() {
	early.Add(1 << 40)
	again.Inc()
	twice.Inc()
	counter.Inc("same/by-name")
	for _, name := range []string{
		"x", "same/a b", " same/spaces ", "same/tab\t", "same/a:b:c", "same/unicode:日本語", "same/invalid:\xff\xfe\xc3",
		"same/nul:\x00after", "same/nul:\x00", "same/control:\x01\x7f", "same/bom:\ufeff", "same/separator:\u2028", `same/quote:"'\`, ":", "/", "same/",
		strings.Repeat("l", 17), strings.Repeat("l", 4080), strings.Repeat("m", 4095), strings.Repeat("n", 4096),
	} {
		counter.Inc(name)
		counter.New(name).Inc()
	}
}

// Nothing else is here and in main: calls that the compiler inlines take
// different room in the two libraries, and frames have offsets.
//
//go:noinline
func stacks() {
	(&shape{3}).method(0)
	(&shape{3}).method(5)
	generic(1)
	generic("one")
	inlined()
	closures()
}

// elsewhere runs it in a goroutine of its own, whose stack ends here.
func elsewhere(run func()) {
	done := make(chan struct{})
	go func() {
		run()
		close(done)
	}()
	<-done
}

func concurrently() {
	shared := counter.New("same/shared")
	var all sync.WaitGroup
	for worker := range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			for range 1000 {
				shared.Inc()
				counter.Inc("same/worker:" + string(rune('a'+worker)))
			}
		}()
	}
	all.Wait()
}

func main() {
	count()
	stacks()
}

//go:noinline
func count() {
	flags := flag.NewFlagSet("set", flag.ExitOnError)
	flags.Bool("verbose", false, "")
	flags.String("output", "", "")
	flags.Int("unset", 0, "")
	for _, name := range []string{"flag", "other", "no"} {
		flag.Bool(name, false, "")
	}
	directory := os.Args[1]
	flag.CommandLine.Parse(os.Args[2:])
	flags.Parse([]string{"-verbose", "-output", "secret"})

	before()
	elsewhere(stacks)
	switch os.Getenv("OPEN") {
	case "dir":
		counter.OpenDir(directory)
		counter.Open() // again: no harm
	case "start":
		telemetry.MaybeChild(telemetry.Config{TelemetryDir: directory})
		telemetry.Start(telemetry.Config{TelemetryDir: directory}).Wait()
	case "open":
		counter.Open()
	case "rotate":
		counter.OpenAndRotate()
		counter.OpenAndRotate()
	}
	after()
	concurrently()
	counter.CountFlags("same/flag:", *flags)
	counter.CountCommandLineFlags()
}
