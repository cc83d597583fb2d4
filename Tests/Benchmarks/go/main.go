// What counting costs in Go: built twice, against golang.org/x/telemetry and
// against bindings/go.
//
//	program DIRECTORY TIMES
package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/telemetry"
	"golang.org/x/telemetry/counter"
)

const turns = 31

var (
	cell   uint64
	handle = counter.New("gopls/completion:handle1")
)

var cases = []struct {
	name string
	run  func(times int)
}{
	{"atomic", func(times int) {
		for range times {
			atomic.AddUint64(&cell, 1)
		}
	}},
	{"handle", func(times int) {
		for range times {
			handle.Inc()
		}
	}},
	{"name", func(times int) {
		for range times {
			counter.Inc("gopls/completion:latency")
		}
	}},
}

func main() {
	telemetry.Start(telemetry.Config{TelemetryDir: os.Args[1]})
	times, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
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
