// Command steady adds at full speed until it is ended. libtel's own thread rotates.
package main

import (
	"fmt"

	"golang.org/x/telemetry/counter"
)

func main() {
	tally := newTally()
	counters := [names]*counter.Counter{}
	for name := range counters {
		counters[name] = counter.New(fmt.Sprintf("torture/n%d", name))
	}
	counter.OpenAndRotate()
	for {
		for name := range counters {
			tally[name].begin(1)
			counters[name].Inc()
			tally[name].end(1)
		}
	}
}
