// Package crashing keeps what Go's runtime says when the program crashes until
// the next start, which counts it. Of the text, program counters alone are used:
// the names in a counter come from the program itself.
package crashing

import (
	"runtime"
	"strconv"
	"strings"
)

// A verdict is what a text is about.
type verdict int

const (
	noCrash   verdict = iota // the process ended in another way, or was told to say where it is
	crashed                  // and this is where
	noRunning                // crashed, but not in a goroutine that was running
	malformed                // no text of this runtime
)

// mostCounters is how much of a stack is counted, as in x/telemetry.
const mostCounters = 16

// A block is the stack of one goroutine.
type block struct {
	isSystem bool // goroutine 0: a thread's own stack
	callers  []uintptr
	isSound  bool // every line of it is true of this program
	isEmpty  bool // the runtime had no stack to print
}

// understand finds the stack that crashed. slide is how much further in memory
// this process has the program than the one that has crashed.
//
// The text is not to be trusted: a panic's message is in it. Since Go 1.23, the
// first that has SetCrashOutput, the runtime indents messages, so that none has a
// line that begins as a goroutine's does. Should one, it comes before what the
// runtime prints, and what counts is the last stack whose every frame has the
// name, the distance and the address of one and the same function.
func understand(text string, slide uintptr) ([]uintptr, verdict) {
	if text == "" || strings.HasPrefix(text, "SIGQUIT: quit\n") {
		return nil, noCrash
	}
	lines := strings.Split(text, "\n")
	var system, running *block
	isText, isDoubtful := false, false
	for at, line := range lines {
		number, status, ok := goroutine(line)
		isText = isText || ok || line == "runtime stack:"
		if !ok || number != "0" && status != "running" {
			continue
		}
		found := stack(lines[at+1:], slide)
		found.isSystem = number == "0"
		switch {
		case !found.isSound:
			isDoubtful = true
		case found.isEmpty:
		case found.isSystem:
			system, running = &found, nil
		default:
			running = &found
		}
	}
	switch {
	case system != nil && running != nil && isSwitch(running.callers[0]):
		return atMost(append(system.callers, running.callers[1:]...)), crashed
	case running != nil:
		return running.callers, crashed
	case system != nil:
		return system.callers, crashed
	case isText && !isDoubtful:
		return nil, noRunning
	}
	return nil, malformed
}

func atMost(callers []uintptr) []uintptr { return callers[:min(len(callers), mostCounters)] }

// isSwitch says whether a goroutine waits for its thread's own stack.
func isSwitch(caller uintptr) bool {
	function := runtime.FuncForPC(caller - 1)
	return function != nil && function.Name() == "runtime.systemstack_switch"
}

// goroutine takes the first line of a stack apart:
//
//	goroutine 7 gp=0xc000002380 m=0 mp=0x5a0e60 [running, locked to thread] {label: x}:
func goroutine(line string) (number, status string, ok bool) {
	rest, ok := strings.CutPrefix(line, "goroutine ")
	if !ok || !strings.HasSuffix(rest, ":") {
		return "", "", false
	}
	number, rest, ok = strings.Cut(rest, " ")
	if _, err := strconv.ParseUint(number, 10, 64); !ok || err != nil {
		return "", "", false
	}
	for _, field := range []string{"gp=", "m=", "mp="} {
		if strings.HasPrefix(rest, field) {
			_, rest, _ = strings.Cut(rest, " ")
		}
	}
	rest, ok = strings.CutPrefix(rest, "[")
	if !ok {
		return "", "", false
	}
	status, _, ok = strings.Cut(rest, "]")
	status, _, _ = strings.Cut(status, ", ")
	status, _, _ = strings.Cut(status, " (")
	return number, status, ok
}

// stack reads the lines of a goroutine: of each call, one with the symbol and
// one with the place. An inlined call has no program counter.
func stack(lines []string, slide uintptr) block {
	var found block
	isTrap := false
	for at := 0; at < len(lines) && len(found.callers) < mostCounters; at++ {
		line := lines[at]
		if line == "" || strings.HasPrefix(line, "created by ") || strings.HasPrefix(line, "...") || strings.HasPrefix(line, "\tgoroutine running on other thread") {
			break
		}
		if strings.HasPrefix(line, "non-Go function at pc=") {
			continue
		}
		name, ok := symbol(line)
		if at++; !ok || at == len(lines) {
			return found
		}
		counter, distance, isCall, ok := place(lines[at])
		if !ok {
			return found
		}
		if !isCall {
			continue
		}
		counter += slide
		if !isTrue(name, counter, distance, isTrap) {
			return found
		}
		if isTrap {
			// A signal came at this very instruction: it is not where a call
			// returns to, which is what one is subtracted from.
			counter++
		}
		found.callers = append(found.callers, counter)
		isTrap = name == "runtime.sigpanic"
	}
	found.isSound, found.isEmpty = true, len(found.callers) == 0
	return found
}

// symbol is the name in "main.(*T).run(0x1, 0x2)".
func symbol(line string) (string, bool) {
	for at := 1; at < len(line); at++ {
		if line[at] == '(' && line[at-1] != '.' {
			return line[:at], line[0] != '\t'
		}
	}
	return "", false
}

// place is the program counter in "\t/a/main.go:3 +0x1d fp=0x1 sp=0x2 pc=0x3", and
// how far it is from where its function begins.
func place(line string) (counter, distance uintptr, isCall, ok bool) {
	if !strings.HasPrefix(line, "\t") {
		return 0, 0, false, false
	}
	at := strings.LastIndex(line, " pc=0x")
	if at < 0 {
		return 0, 0, false, true
	}
	counter, ok = hexadecimal(line[at+len(" pc=0x"):])
	frame := strings.LastIndex(line[:at], " fp=0x")
	if !ok || frame < 0 {
		return 0, 0, false, false
	}
	if plus := strings.LastIndex(line[:frame], " +0x"); plus >= 0 {
		distance, ok = hexadecimal(line[plus+len(" +0x") : frame])
	}
	return counter, distance, true, ok
}

func hexadecimal(digits string) (uintptr, bool) {
	value, err := strconv.ParseUint(digits, 16, strconv.IntSize)
	return uintptr(value), err == nil
}

// isTrue says whether this program has, at this distance from the beginning of a
// function of this name, this program counter.
func isTrue(name string, counter, distance uintptr, isTrap bool) bool {
	// Where a call returns to may be where the next function begins; where a
	// signal came, or a goroutine has not yet begun, may be the beginning itself.
	places := []uintptr{counter - 1, counter}
	if isTrap {
		places = places[1:]
	}
	for _, place := range places {
		function := runtime.FuncForPC(place)
		if function == nil || counter-function.Entry() != distance {
			continue
		}
		// The innermost of calls that were inlined; the text has the outermost.
		if isNamed(name, function.Name()) || isNamed(name, runtime.FuncForPC(function.Entry()).Name()) {
			return true
		}
		frames := runtime.CallersFrames([]uintptr{place + 1})
		for more := true; more; {
			var frame runtime.Frame
			frame, more = frames.Next()
			if isNamed(name, frame.Function) {
				return true
			}
		}
	}
	return false
}

func isNamed(printed, name string) bool {
	return printed == name || printed == "panic" && name == "runtime.gopanic"
}
