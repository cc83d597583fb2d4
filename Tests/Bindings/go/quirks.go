// What golang.org/x/telemetry does less well. The second argument says what.
package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"

	"golang.org/x/telemetry/counter"
)

func deep(stack *counter.StackCounter, depth int) {
	if depth > 0 {
		deep(stack, depth-1)
		return
	}
	stack.Inc()
}

func main() {
	if os.Args[2] == "unopened" {
		counter.Inc("quirk/unopened")
		return
	}
	counter.OpenDir(os.Args[1])
	switch os.Args[2] {
	case "first-add":
		counter.New("quirk/first").Add(math.MaxInt64)
		for range 3 {
			counter.Add("quirk/by-name", math.MaxInt64/8)
		}
	case "saturation":
		c := counter.New("quirk/full")
		for range 3 {
			c.Add(math.MaxInt64)
		}
	case "names":
		counter.Inc("")
		counter.Inc("quirk/line\nfeed")
		counter.Inc(strings.Repeat("x", 4097))
		counter.NewStack("quirk/with space", 1).Inc()
		counter.Inc("quirk/good")
	case "long-stack":
		deep(counter.NewStack("quirk/deep/"+strings.Repeat("n", 300), 400), 400)
		stack := counter.NewStack("quirk/deep/"+strings.Repeat("n", 300), 400)
		deep(stack, 400)
		fmt.Printf("%q\n", stack.Names()[0])
	case "no-frames":
		counter.NewStack("quirk/nothing", 0).Inc()
	case "many-calls":
		var before, after runtime.MemStats
		counter.Inc("quirk/often")
		runtime.ReadMemStats(&before)
		for range 100_000 {
			counter.Inc("quirk/often")
		}
		runtime.ReadMemStats(&after)
		fmt.Println(after.Mallocs - before.Mallocs)
	case "many-names":
		for i := range 5000 {
			counter.Inc(fmt.Sprint("quirk/name:", i))
		}
	case "mix":
		counter.OpenAndRotate()
	}
}
