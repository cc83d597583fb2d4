// Crashes in the way that its argument names, or ends in another way. DIRECTORY is
// the telemetry directory: the reference starts the program without its arguments.
package main

// #include <stdlib.h>
// static void write_nowhere(void) { *(volatile int *)0 = 1; }
import "C"

import (
	"errors"
	"os"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/telemetry"
)

type list[T any] struct{ items []T }

//go:noinline
func (l *list[T]) at(n int) T { return l.items[n] }

type reader interface{ read() int }
type file struct{ size int }

func (f file) read() int { return f.size }

type text string
type failure struct{ of string }

func (f failure) Error() string { return f.of }

//go:noinline
func endless(n int) int { return endless(n+1) + 1 }

// Small enough to be inlined.
func inlined(p *int) int { return *p }

func inline(n int, numbers []int) int { return numbers[n] / (n - 9) }

//go:noinline
func divide(a, b int) int { return a / b }

// What a message could try: a stack of a function that the program has.
const fake = "x\n\ngoroutine 1 gp=0x1 m=0 mp=0x1 [running]:\nmain.secret()\n\t/home/alice/x.go:1 +0x1 fp=0x1 sp=0x1 pc=0x401000\n\n"

func secret() {}

var ends = map[string]func(){
	"panic":      func() { panic("secret: hunter2 /home/alice") },
	"error":      func() { panic(errors.New("secret")) },
	"fake":       func() { panic(fake) },
	"fake error": func() { panic(failure{fake}) },
	"fake text":  func() { panic(text(fake)) },
	"fake again": func() {
		defer func() { panic(text(fake + recover().(string))) }()
		panic(fake)
	},
	"nil":             func() { var p *int; *p = 1 },
	"nil inlined":     func() { println(inlined(nil)) },
	"nil function":    func() { var f func(); f() },
	"nil method":      func() { var r reader; r.read() },
	"nil wrapper":     func() { var f *file; var r reader = f; r.read() },
	"index":           func() { println(inline(3, nil)) },
	"generic":         func() { (&list[string]{}).at(2) },
	"divide":          func() { println(divide(1, len(os.Args)-len(os.Args))) },
	"closed":          func() { c := make(chan int); close(c); close(c) },
	"deferred":        func() { defer func() { divide(1, 0) }(); panic("first") },
	"goroutine":       func() { go func() { panic("x") }(); select {} },
	"method":          func() { go (&list[int]{}).at(1); select {} },
	"system stack":    func() { endless(0) },
	"map":             func() { m := map[int]int{}; go writeForEver(m); writeForEver(m) },
	"unlocked":        func() { C.free(nil); runtime.UnlockOSThread(); divide(1, 0) },
	"locked":          func() { runtime.LockOSThread(); panic("x") },
	"C":               func() { C.write_nowhere() },
	"C aborts":        func() { C.abort() },
	"signal ABRT":     func() { signal(syscall.SIGABRT) },
	"signal QUIT":     func() { signal(syscall.SIGQUIT) },
	"signal TERM":     func() { signal(syscall.SIGTERM) },
	"signal KILL":     func() { signal(syscall.SIGKILL) },
	"exit":            func() { os.Exit(3) },
	"return":          func() {},
	"sleep":           func() { os.Stdout.WriteString("asleep\n"); time.Sleep(time.Minute) },
	"wait":            func() { <-make(chan int) },
	"recovered panic": func() { defer func() { recover() }(); panic("x") },
}

func writeForEver(m map[int]int) {
	for {
		m[1]++
	}
}

func signal(number syscall.Signal) {
	syscall.Kill(os.Getpid(), number)
	time.Sleep(time.Minute)
}

// Its configuration takes more room in one library than in the other.
//
//go:noinline
func start() {
	telemetry.Start(telemetry.Config{ReportCrashes: os.Getenv("UNWATCHED") == "", TelemetryDir: os.Getenv("DIRECTORY")})
}

func main() {
	start()
	ends[os.Args[1]]()
}
