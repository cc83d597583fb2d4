package tel

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"
)

// fake is a handle like libtel's.
type fake struct {
	cell unsafe.Pointer
	own  uint64
}

func newFake(value uint64) *fake {
	made := &fake{own: value}
	made.cell = unsafe.Pointer(&made.own)
	return made
}

func TestAddsSaturate(t *testing.T) {
	for _, test := range []struct{ before, n, after uint64 }{
		{0, 1, 1}, {5, math.MaxInt64, math.MaxInt64 + 5}, {math.MaxUint64 - 1, 1, math.MaxUint64},
		{math.MaxUint64, 1, math.MaxUint64}, {math.MaxUint64 - 5, 6, math.MaxUint64}, {math.MaxUint64, math.MaxInt64, math.MaxUint64},
	} {
		handle := newFake(test.before)
		if Add(unsafe.Pointer(handle), test.n) {
			t.Error("nothing was replaced")
		}
		if handle.own != test.after {
			t.Errorf("%d and %d are %d, not %d", test.before, test.n, handle.own, test.after)
		}
	}
}

func TestNoAddIsLost(t *testing.T) {
	handle := newFake(0)
	var all sync.WaitGroup
	for i := 0; i < 4; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for j := 0; j < 1000; j++ {
				Add(unsafe.Pointer(handle), 1)
			}
		}()
	}
	all.Wait()
	if got := load(unsafe.Pointer(handle)); got != 4000 {
		t.Errorf("4000 adds are %d", got)
	}
}

// libtel moves a handle to the file: first the pointer, then what is in the own
// cell. An add that comes after both must say so, or its count stays behind.
func TestAnAddBesideAMoveIsMovedOrReported(t *testing.T) {
	const trials = 100_000
	var turn atomic.Int64 // the adder's and the mover's
	var handle *fake
	var file uint64
	wait := func(expected int64) {
		for spins := 1; turn.Load() != expected; spins++ {
			if spins%1000 == 0 {
				runtime.Gosched()
			}
		}
	}
	go func() {
		for trial := int64(1); trial <= trials; trial++ {
			wait(2*trial - 1)
			atomic.StorePointer(&handle.cell, unsafe.Pointer(&file))
			atomic.AddUint64(&file, atomic.SwapUint64(&handle.own, 0))
			turn.Add(1)
		}
	}()
	behind := 0
	for trial := int64(1); trial <= trials; trial++ {
		handle, file = newFake(0), 0
		turn.Store(2*trial - 1)
		replaced := Add(unsafe.Pointer(handle), 1)
		wait(2 * trial)
		if handle.own+file != 1 {
			t.Fatalf("1 add became %d", handle.own+file)
		}
		if handle.own != 0 {
			behind++
			if !replaced {
				t.Fatalf("trial %d: a count stayed behind, and nobody knows", trial)
			}
		}
	}
	t.Logf("%d of %d stayed behind, and were reported", behind, trials)
}
