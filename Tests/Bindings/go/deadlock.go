// Waits for what never comes. Where the runtime sees it, the program dies.
package main

import (
	"os"

	"golang.org/x/telemetry/counter"
)

func main() {
	counter.OpenDir(os.Args[1])
	counter.Inc("same/before")
	<-make(chan int)
}
