// Command adder is the same from Go: goroutines that add while weeks end.
package main

import (
	"fmt"
	"math/rand"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/telemetry/counter"
)

func main() {
	seed, _ := strconv.ParseInt(os.Args[1], 10, 64)
	dice := rand.New(rand.NewSource(seed))
	counters := [names]*counter.Counter{}
	for name := range counters {
		counters[name] = counter.New(fmt.Sprintf("torture/n%d", name))
	}
	counter.OpenAndRotate()
	var over atomic.Bool
	var group sync.WaitGroup
	for range 1 + dice.Intn(4) {
		own := rand.New(rand.NewSource(dice.Int63()))
		group.Go(func() {
			tally := newTally()
			for !over.Load() {
				name, n := own.Intn(names), uint64(1+own.Intn(1000))
				tally[name].begin(n)
				if own.Intn(4) == 0 {
					counter.Add(fmt.Sprintf("torture/n%d", name), int64(n))
				} else {
					counters[name].Add(int64(n))
				}
				tally[name].end(n)
				if own.Intn(100) == 0 {
					time.Sleep(50 * time.Microsecond)
				}
			}
		})
	}
	time.Sleep(time.Duration(200+dice.Intn(3000)) * time.Millisecond)
	if dice.Intn(2) == 0 {
		over.Store(true)
		group.Wait()
	}
	if dice.Intn(3) == 0 {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
}
