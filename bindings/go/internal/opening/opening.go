// Package opening decides whether and where this process counts.
package opening

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"

	"tel.example/telemetry/internal/tel"
)

// Options of those who open.
type Options struct {
	Directory string // telemetry directory; "" for the user's own
	Vendor    string // "" for libtel's default
	Rotate    bool

	Automation bool // runs under CI and test runners are use of the program

	Destination string // of reports; "" keeps them on this machine
	Clock       bool   // a flush may be given another time
}

var state struct {
	sync.Mutex
	isOpen    bool
	isTest    bool // opened by countertest
	isAsked   bool
	rotating  bool
	options   Options
	directory string
}

// Open opens once a process. What goes wrong is no business of the program:
// counts stay in memory then. It answers whether the process is open with these
// options, whether or not it counts.
func Open(options Options) bool {
	if !tel.Supported {
		return false
	}
	state.Lock()
	defer state.Unlock()
	if state.isTest {
		return false
	}
	if state.isAsked && state.rotating != options.Rotate {
		panic("BUG: Open called with inconsistent values for 'rotate'")
	}
	state.isAsked, state.rotating = true, options.Rotate
	if state.isOpen {
		return options == state.options
	}
	if isPrivate(options.Directory) {
		return false
	}
	state.isOpen = true
	state.options = options
	state.directory = options.Directory
	Trace(tel.Open(configuration(options)))
	return true
}

// OpenTest opens in a directory that a test has given, whatever the code under
// test has asked for. The user's own mode says nothing there.
func OpenTest(directory string) {
	if !tel.Supported {
		return
	}
	state.Lock()
	defer state.Unlock()
	state.isTest = true
	if state.isOpen {
		return
	}
	state.isOpen = true
	state.directory = directory
	config := configuration(Options{Directory: directory, Vendor: "tel-testing"})
	config.NoReport = true
	Trace(tel.Open(config))
}

// Program is what this program counts as.
func Program() string {
	program, _, _ := identity()
	return program
}

func identity() (program, version, toolchain string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{GoVersion: runtime.Version()}
	}
	return Identity(info, os.Args[0])
}

func configuration(options Options) tel.Config {
	program, version, toolchain := identity()
	return tel.Config{
		Directory: options.Directory,
		Vendor:    options.Vendor,
		Program:   program,
		Version:   version,
		Toolchain: toolchain,
		Rotate:    options.Rotate,

		Automation: options.Automation,

		Destination: options.Destination,
		Clock:       options.Clock,
	}
}

// isPrivate says whether the directory that would be used is the user's own
// although this is a test: nobody counts there.
func isPrivate(directory string) bool {
	return testing.Testing() && directory == "" && os.Getenv("TEL_DIR") == ""
}

// InTestWithoutDirectory says whether telemetry is off because this is a test
// that has given no directory.
func InTestWithoutDirectory() bool {
	state.Lock()
	defer state.Unlock()
	return !state.isOpen && isPrivate("")
}

// Directory is the telemetry directory, whether or not it is open or there; ""
// if there can be none.
func Directory() string {
	if !tel.Supported || InTestWithoutDirectory() {
		return ""
	}
	if open := tel.Directory(); open != "" {
		return open
	}
	if given := os.Getenv("TEL_DIR"); given != "" {
		return given
	}
	user, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(user, "tel", "telemetry")
}

// Trace prints what kept the file from being opened, or reports from being sent,
// to those who debug.
func Trace(err error) {
	if err != nil && strings.Contains(os.Getenv("GODEBUG"), "countertrace=1") {
		fmt.Fprintln(os.Stderr, "counter:", err)
	}
}
