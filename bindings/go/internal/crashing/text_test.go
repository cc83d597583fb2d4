package crashing

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// printed is what the runtime prints of a stack, as it stands in memory here.
func printed(header string, callers []uintptr) string {
	var text strings.Builder
	text.WriteString(header + "\n")
	for _, caller := range callers {
		function := runtime.FuncForPC(caller - 1)
		outer := runtime.FuncForPC(function.Entry())
		fmt.Fprintf(&text, "%s(0x1, {0x2?, 0x3})\n\t/home/alice/secret.go:7", outer.Name())
		if caller > function.Entry() {
			fmt.Fprintf(&text, " +%#x", caller-function.Entry())
		}
		fmt.Fprintf(&text, " fp=0xc000 sp=0xb000 pc=%#x\n", caller)
	}
	return text.String() + "\n"
}

const running = "goroutine 1 gp=0xc000002380 m=0 mp=0x5a0e60 [running]:"

//go:noinline
func here() []uintptr {
	callers := make([]uintptr, 10)
	return callers[:runtime.Callers(1, callers)]
}

func expect(t *testing.T, text string, callers []uintptr, expected verdict) {
	t.Helper()
	found, verdict := understand(text, 0)
	if verdict != expected || !reflect.DeepEqual(found, callers) {
		t.Errorf("%d %x, and not %d %x, of\n%s", verdict, found, expected, callers, text)
	}
}

func TestTheStackThatRanIsTheOneThatCrashed(t *testing.T) {
	stack := here()
	if len(stack) < 3 {
		t.Fatal("no stack")
	}
	others := printed("goroutine 2 gp=0xc0 m=nil [select]:", stack[1:])
	for _, header := range []string{
		running, "goroutine 1 [running]:", "goroutine 3 gp=0x1 m=2 mp=0x3 [running, locked to thread]:",
		"goroutine 3 gp=0x1 m=2 mp=0x3 [running (scan), 3 minutes]:", `goroutine 3 gp=0x1 m=2 mp=0x3 [running] {"a": b}:`,
	} {
		text := "panic: secret\n\n" + printed(header, stack)
		expect(t, text, stack, crashed)
		expect(t, text+others+"goroutine 4 gp=0xc0 m=1 mp=0x1 [running]:\n\tgoroutine running on other thread; stack unavailable\n\n", stack, crashed)
	}
	for _, header := range []string{
		"goroutine 2 gp=0xc0 m=nil [select] {a: [running]}:", "goroutine 2 gp=0xc0 m=nil [runnable]:", "goroutine 0x2 [running]:",
		"goroutine 1 [running]", "goroutine [running]:", " " + running, "\t" + running,
	} {
		expect(t, others+printed(header, stack), nil, noRunning)
	}
}

func TestAStackEndsWhereItsGoroutineWasCreated(t *testing.T) {
	stack := here()
	text := strings.TrimSuffix(printed(running, stack), "\n")
	expect(t, text+"created by main.main in goroutine 1\n\t/a.go:1 +0x1\n\n", stack, crashed)
	expect(t, text+"...12 frames elided...\nmain.x(0x1)\n", stack, crashed)
	expect(t, text, stack, crashed)
}

func TestWhatWasInlinedIsPassedOver(t *testing.T) {
	stack := here()
	text := printed(running, stack)
	first, rest, _ := strings.Cut(text, "\n")
	expect(t, first+"\nmain.small(...)\n\t/a.go:3\nnon-Go function at pc=0x1\n"+rest, stack, crashed)
}

//go:noinline
func trapped(numbers *[4]int) (callers []uintptr) {
	defer func() {
		recover()
		callers = here()
	}()
	numbers[len(here())%4] = 1
	return nil
}

func TestASignalCameAtItsVeryInstruction(t *testing.T) {
	var stack []uintptr
	trap, entry := 0, uintptr(0)
	for _, caller := range trapped(nil) {
		function := runtime.FuncForPC(caller - 1)
		if function.Entry() == entry {
			continue // an inlined call, which has no program counter in a traceback
		}
		entry = function.Entry()
		stack = append(stack, caller)
		if strings.HasSuffix(runtime.FuncForPC(entry).Name(), "runtime.sigpanic") {
			trap = len(stack)
		}
	}
	if trap == 0 {
		t.Fatal("no signal came")
	}
	text := append([]uintptr{}, stack...)
	text[trap]-- // runtime.Callers has added one, and the traceback has not
	expect(t, printed(running, text), stack, crashed)
	if _, verdict := understand(strings.Replace(printed(running, stack), "crashing.here(", "runtime.sigpanic(", 1), 0); verdict != malformed {
		t.Error("the name of another function is believed")
	}
}

func TestAMovedProgramIsFoundAgain(t *testing.T) {
	stack := here()
	text := strings.Builder{}
	for _, line := range strings.SplitAfter(printed(running, stack), "\n") {
		if before, counter, ok := strings.Cut(line, " pc=0x"); ok {
			value, _ := hexadecimal(strings.TrimSpace(counter))
			line = fmt.Sprintf("%s pc=%#x\n", before, value-0x1000)
		}
		text.WriteString(line)
	}
	if found, verdict := understand(text.String(), 0x1000); verdict != crashed || !reflect.DeepEqual(found, stack) {
		t.Errorf("%d, %x", verdict, found)
	}
	if _, verdict := understand(text.String(), 0); verdict != malformed {
		t.Error("counters of another place are believed")
	}
}

func TestNoMoreThanSixteenAreCounted(t *testing.T) {
	var stack []uintptr
	for len(stack) < 40 {
		stack = append(stack, here()[0])
	}
	expect(t, printed(running, stack), stack[:16], crashed)
}

func TestOtherEndsAreNoCrash(t *testing.T) {
	expect(t, "", nil, noCrash)
	expect(t, "SIGQUIT: quit\nPC=0x1 m=0 sigcode=0\n\n"+printed(running, here()), nil, noCrash)
}

func TestWhatIsNoTextOfThisProgramIsMalformed(t *testing.T) {
	text := printed(running, here())
	for _, wrong := range []string{
		"panic: x\n", "x", "\n", running + "\n" + "main.f(0x1)\n", running + "\nmain.f\n\t/a:1 pc=0x1\n",
		strings.Replace(text, " +0x", " +0x1", 1), strings.Replace(text, "crashing.here(", "crashing.there(", 1),
		strings.Replace(text, " pc=0x", " pc=0x1", 1), strings.Replace(text, " fp=0xc000", "", 1), strings.Replace(text, "\t/home", "/home", 1),
		strings.Replace(text, " pc=0x", " pc=0x-", 1), strings.Replace(text, " pc=0x", " pc=0xfffffffffffffffff", 1),
	} {
		expect(t, wrong, nil, malformed)
	}
}

func TestACrashOnAThreadsOwnStackGoesOnInTheGoroutine(t *testing.T) {
	stack := here()
	system := printed("goroutine 0 gp=0x1 m=0 mp=0x1 [idle]:", stack[:2])
	expect(t, system, stack[:2], crashed)
	expect(t, system+printed(running, stack), stack, crashed)
}

// FuzzMessage: whatever a message says, and however it is printed, the stack is
// that of the crash.
func FuzzMessage(f *testing.F) {
	stack := here()
	text := printed(running, stack)
	other := printed(running, stack[1:])
	for _, message := range []string{
		"", "x", "\n\n", other, "\n" + other, strings.TrimSpace(other), running, running + "\n", "goroutine 0 [idle]:\n" + other,
		"created by main.main\n", "libtel/go-crash/1 x y z\n", "\tgoroutine running on other thread\n", "runtime.sigpanic()\n\t/a:1 pc=0x1",
	} {
		f.Add(message)
	}
	f.Fuzz(func(t *testing.T, message string) {
		expect(t, "panic: "+strings.ReplaceAll(message, "\n", "\n\t")+"\n\n"+text+rest(stack), stack, crashed)
		if !strings.HasPrefix(message, "SIGQUIT: quit\n") {
			expect(t, message+"\n\n"+text, stack, crashed)
		}
	})
}

func rest(stack []uintptr) string { return printed("goroutine 2 gp=0xc0 m=nil [select]:", stack[1:]) }

// FuzzUnderstand: any text ends in a verdict, and all that comes out are places
// in this program.
func FuzzUnderstand(f *testing.F) {
	stack := here()
	text := printed(running, stack)
	for _, each := range []string{"", text, "panic: x\n\n" + text, text[:len(text)/2], strings.ReplaceAll(text, "0x", "0x0"), text + text,
		"goroutine 0 gp=0x1 m=0 mp=0x1 [idle]:" + text, strings.ReplaceAll(text, "\n", "\n\n"), strings.ReplaceAll(text, "(", "")} {
		f.Add(each, uint64(0))
		f.Add(each, uint64(1))
	}
	f.Fuzz(func(t *testing.T, text string, slide uint64) {
		callers, verdict := understand(text, uintptr(slide))
		if (verdict == crashed) != (len(callers) > 0) || len(callers) > mostCounters {
			t.Errorf("%d with %d counters", verdict, len(callers))
		}
		for _, caller := range callers {
			if runtime.FuncForPC(caller-1) == nil && runtime.FuncForPC(caller) == nil {
				t.Errorf("%#x is nowhere in the program", caller)
			}
		}
	})
}
