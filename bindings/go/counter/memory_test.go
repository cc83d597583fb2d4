//go:build !cgo

package counter_test

import (
	"testing"

	"tel.example/telemetry/counter"
	"tel.example/telemetry/counter/countertest"
)

// Without cgo there is no libtel: counts are in memory, and nothing is written.
func TestCountsStayInMemory(t *testing.T) {
	if countertest.SupportedPlatform {
		t.Fatal("there is no libtel in this build")
	}
	directory := t.TempDir()
	countertest.Open(directory)
	counter.OpenDir(directory)
	c := counter.New("test/memory")
	c.Add(2)
	counter.Inc("test/memory")
	if value, err := countertest.ReadCounter(c); value != 3 || err != nil {
		t.Errorf("%d, %v", value, err)
	}
	stack := counter.NewStack("test/stack", 2)
	for i := 0; i < 2; i++ {
		stack.Inc()
	}
	values, err := countertest.ReadStackCounter(stack)
	if err != nil || len(values) != 1 {
		t.Errorf("%v, %v", values, err)
	}
	for name, value := range values {
		if value != 2 {
			t.Errorf("%q is %d", name, value)
		}
	}
}
