// Counts in several goroutines for as many seconds as the argument says, while
// the week ends. Prints how often each has added 1 to "week/total".
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/telemetry/counter"
)

func main() {
	seconds, _ := strconv.Atoi(os.Args[1])
	total := counter.New("week/total")
	stack := counter.NewStack("week/stack", 1)
	counter.OpenAndRotate()
	var stop atomic.Bool
	time.AfterFunc(time.Duration(seconds)*time.Second, func() { stop.Store(true) })
	results := make(chan int)
	for worker := range 3 {
		go func() {
			added := 0
			for ; !stop.Load(); added++ {
				if worker == 0 {
					counter.Inc("week/total")
				} else {
					total.Inc()
				}
				if added%100 == 0 {
					stack.Inc()
				}
			}
			results <- added
		}()
	}
	sum, stacks := 0, 0
	for range 3 {
		added := <-results
		sum += added
		stacks += (added + 99) / 100
	}
	fmt.Println(sum, stacks)
}
