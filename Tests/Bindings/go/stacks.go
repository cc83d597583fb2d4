// Counts stacks with both libraries, through one and the same call, and prints
// the names that each has given them.
package main

import (
	"encoding/json"
	"os"
	"sort"
	"sync"

	reference "golang.org/x/telemetry/counter"
	ours "tel.example/telemetry/counter"
)

type stack interface {
	Inc()
	Names() []string
}

var (
	mu   sync.Mutex
	made [2][]stack
)

// both is where every stack begins.
//
//go:noinline
func both(name string, depth int) {
	pair := [2]stack{reference.NewStack(name, depth), ours.NewStack(name, depth)}
	for turn := 0; turn < 2; turn++ {
		for _, each := range pair {
			each.Inc()
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for at, each := range pair {
		made[at] = append(made[at], each)
	}
}

type tree[K comparable, V any] struct{ left, right *tree[K, V] }

func (t *tree[K, V]) visit(visitor func(*tree[K, V])) {
	if t.left != nil {
		t.left.visit(visitor)
	}
	visitor(t)
}

type walker interface{ walk(depth int) }
type legs struct{ count int }
type body struct{ *legs }

func (l legs) walk(depth int)  { both("stacks/method", depth) }
func (l *legs) run(depth int)  { both("stacks/pointer", depth) }
func small(depth int)          { both("stacks/inlined", depth) }
func smaller(depth int)        { small(depth) }
func generic[T any](depth int) { both("stacks/generic", depth) }
func within(depth int, f func()) {
	defer f()
	sort.Slice([]int{2, 1}, func(a, b int) bool { both("stacks/sorting", depth); return a < b })
}

//go:noinline
func recurse(calls, depth int) {
	if calls == 0 {
		both("stacks/deep", depth)
		return
	}
	recurse(calls-1, depth)
}

var atStart = func() bool { both("stacks/initialising", 8); return true }()

func init() { both("stacks/init", 8) }

func main() {
	for _, depth := range []int{1, 2, 3, 5, 8, 16, 32, 64} {
		both("stacks/plain", depth)
		both("stacks.with/a.dot", depth)
		smaller(depth)
		generic[int](depth)
		generic[map[string][]legs](depth)
		legs{2}.walk(depth)
		(&legs{2}).run(depth)
		body{&legs{2}}.run(depth)
		for _, w := range []walker{legs{1}, &legs{1}, body{&legs{1}}} {
			w.walk(depth)
		}
		method, expression := legs{3}.walk, (*legs).run
		method(depth)
		expression(&legs{}, depth)
		within(depth, func() { both("stacks/deferred", depth) })
		(&tree[string, int]{left: &tree[string, int]{}}).visit(func(*tree[string, int]) { func() { both("stacks/closure", depth) }() })
		for _, calls := range []int{0, 1, 20, 60} {
			recurse(calls, depth)
		}
		func() {
			defer func() {
				recover()
				both("stacks/recovered", depth)
			}()
			var p *legs
			defer both("stacks/panicking", depth)
			p.count++
		}()
		var all sync.WaitGroup
		for range 3 {
			all.Add(1)
			go func() {
				defer all.Done()
				both("stacks/goroutine", depth)
			}()
		}
		all.Wait()
		sync.OnceFunc(func() { both("stacks/once", depth) })()
	}
	names := [2][][]string{}
	for at, stacks := range made {
		for _, each := range stacks {
			names[at] = append(names[at], each.Names())
		}
	}
	json.NewEncoder(os.Stdout).Encode(names)
}
