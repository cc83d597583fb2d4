// What counting costs. Built twice, against golang.org/x/telemetry and against
// bindings/go.
package same

import (
	"os"
	"testing"

	"golang.org/x/telemetry/counter"
	"golang.org/x/telemetry/counter/countertest"
)

func TestMain(m *testing.M) {
	countertest.Open(os.Getenv("DIRECTORY"))
	m.Run()
}

var (
	handle = counter.New("bench/handle")
	stack  = counter.NewStack("bench/stack", 8)
)

func BenchmarkHandle(b *testing.B) {
	for b.Loop() {
		handle.Inc()
	}
}

func BenchmarkHandleParallel(b *testing.B) {
	b.RunParallel(func(each *testing.PB) {
		for each.Next() {
			handle.Inc()
		}
	})
}

func BenchmarkName(b *testing.B) {
	for b.Loop() {
		counter.Inc("bench/name")
	}
}

func BenchmarkStack(b *testing.B) {
	for b.Loop() {
		stack.Inc()
	}
}
