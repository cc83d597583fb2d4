// Counts in several goroutines while the file is being opened. Prints nothing;
// each goroutine adds 1 to "race/total" as often as the second argument says.
package main

import (
	"os"
	"strconv"
	"sync"

	"golang.org/x/telemetry/counter"
)

func main() {
	times, _ := strconv.Atoi(os.Args[2])
	total := counter.New("race/total")
	var begin, all sync.WaitGroup
	begin.Add(1)
	for worker := range 4 {
		all.Add(1)
		go func() {
			defer all.Done()
			begin.Wait()
			for i := range times {
				if worker%2 == 0 {
					total.Inc()
				} else {
					counter.Inc("race/total")
				}
				if i%1000 == 0 {
					counter.Inc("race/step:" + strconv.Itoa(i/1000))
				}
			}
		}()
	}
	begin.Done()
	counter.OpenDir(os.Args[1])
	all.Wait()
}
