// What counting costs in Go: built twice, against golang.org/x/telemetry and
// against bindings/go.
//
//	program cost TIMES DIRECTORY             a handle and a name
//	program names TIMES DIRECTORY COUNT      that many names in use
//	program stacks TIMES DIRECTORY           a stack of 16 frames
//	program threads TIMES DIRECTORY COUNT    that many goroutines
//	program process MILLISECONDS DIRECTORY   one of several processes
package main

import (
	"bufio"
	"fmt"
	"math/rand"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/telemetry"
	"golang.org/x/telemetry/counter"
)

const turns = 31

type timed struct {
	name string
	run  func(times int)
}

// inTurns prints what one of each takes: the median of the turns.
func inTurns(times int, cases ...timed) {
	took := make([][]float64, len(cases))
	for turn := -1; turn < turns; turn++ { // the first is to warm up
		for at, each := range cases {
			start := time.Now()
			each.run(times)
			if turn >= 0 {
				took[at] = append(took[at], float64(time.Since(start).Nanoseconds())/float64(times))
			}
		}
	}
	for at, each := range cases {
		slices.Sort(took[at])
		fmt.Printf("%s %.3f\n", each.name, took[at][turns/2])
	}
}

var (
	cell   uint64
	handle = counter.New("gopls/completion:handle1")
)

func cost(times, _ int) {
	inTurns(times,
		timed{"atomic", func(times int) {
			for range times {
				atomic.AddUint64(&cell, 1)
			}
		}},
		timed{"handle", func(times int) {
			for range times {
				handle.Inc()
			}
		}},
		timed{"name", func(times int) {
			for range times {
				counter.Inc("gopls/completion:latency")
			}
		}})
}

func names(times, count int) {
	all := make([]string, count)
	for at := range all {
		all[at] = fmt.Sprintf("gopls/counter/nr:%07d", at)
	}
	rand.New(rand.NewSource(1)).Shuffle(count, func(a, b int) { all[a], all[b] = all[b], all[a] })
	var start time.Time
	for at, name := range all {
		if at == count/2 {
			start = time.Now()
		}
		counter.Inc(name)
	}
	fmt.Printf("new %.3f\n", float64(time.Since(start).Nanoseconds())/float64(count-count/2))
	next := 0
	inTurns(times, timed{"count", func(times int) {
		for range times {
			counter.Inc(all[next])
			if next++; next == count {
				next = 0
			}
		}
	}})
}

var deepStack = counter.NewStack("bench/stack", 16)

//go:noinline
func deep(left, times int) {
	if left > 0 {
		deep(left-1, times)
		return
	}
	for range times {
		deepStack.Inc()
	}
}

func stacks(times, _ int) {
	inTurns(times, timed{"again", func(times int) { deep(20, times) }})
}

// gang is a loop that so many goroutines go through at once, each with its own
// number.
func gang(count int, handles func(member int) *counter.Counter) func(times int) {
	return func(times int) {
		var all sync.WaitGroup
		for member := range count {
			mine := handles(member)
			all.Go(func() {
				for range times {
					mine.Inc()
				}
			})
		}
		all.Wait()
	}
}

func threads(times, count int) {
	var own []*counter.Counter
	for member := range count {
		own = append(own, counter.New(fmt.Sprintf("editor/hot:%02d", member)))
	}
	inTurns(times,
		timed{"apart", gang(count, func(member int) *counter.Counter { return own[member] })},
		timed{"together", gang(count, func(int) *counter.Counter { return own[0] })})
}

func process(milliseconds, _ int) {
	hot := counter.New("editor/hot")
	hot.Inc()
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
	adds := 0
	for end := time.Now().Add(time.Duration(milliseconds) * time.Millisecond); time.Now().Before(end); adds += 1000 {
		for range 1000 {
			hot.Inc()
		}
	}
	fmt.Println("adds", adds)
}

func main() {
	what := map[string]func(times, count int){"cost": cost, "names": names, "stacks": stacks, "threads": threads, "process": process}[os.Args[1]]
	times, _ := strconv.Atoi(os.Args[2])
	count := 0
	if len(os.Args) > 4 {
		count, _ = strconv.Atoi(os.Args[4])
	}
	telemetry.Start(telemetry.Config{TelemetryDir: os.Args[3]})
	what(times, count)
}
