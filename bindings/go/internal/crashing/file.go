//go:build unix && go1.23

package crashing

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
)

// A crash file begins with a line that says whose it is,
//
//	libtel/go-crash/1 <program> <build> <address of begin>
//
// and goes on with what the runtime prints, if it does. Its process holds a lock
// on it, through the descriptor that the runtime has, and so until it is dead.
const (
	magic     = "libtel/go-crash/1"
	kept      = 7 * 24 * time.Hour
	mostText  = 8 << 20
	mostFiles = 256 // looked at in one start
	unnamed   = time.Hour
)

// begin is a place in the program: where it is says how far all of it was moved.
//
//go:noinline
func begin() uintptr { return reflect.ValueOf(begin).Pointer() }

func folder(directory string) string { return filepath.Join(directory, "crash") }

func first(program, build string) string {
	return fmt.Sprintf("%s %s %s %x\n", magic, digest("program", []byte(program)), build, begin())
}

// Watch has the runtime write into a new crash file, too, when this program
// crashes. Stacks have program counters at the traceback level "system" alone.
func Watch(directory, program string) error {
	switch os.Getenv("GOTRACEBACK") {
	case "none", "0": // whoever runs it wants no stacks
		return nil
	}
	build, err := build()
	if err != nil {
		return err
	}
	if err := os.Mkdir(folder(directory), 0o700); err != nil && !os.IsExist(err) {
		return err
	}
	if !isOurs(os.Lstat(folder(directory))) {
		return fmt.Errorf("%s is no folder of this user's", folder(directory))
	}
	file, err := os.CreateTemp(folder(directory), fmt.Sprintf("go-%d-*.new", os.Getpid()))
	if err != nil {
		return err
	}
	defer file.Close() // the runtime has a descriptor of its own
	// Under its name it is locked from the beginning: else it would be taken for
	// that of a dead process.
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		_, err = file.WriteString(first(program, build))
	}
	name := file.Name()
	if err == nil {
		err = os.Rename(name, strings.TrimSuffix(name, ".new")+".crash")
		name = strings.TrimSuffix(name, ".new") + ".crash"
	}
	if err == nil {
		err = debug.SetCrashOutput(file, debug.CrashOptions{})
	}
	if err != nil {
		os.Remove(name)
		return err
	}
	debug.SetTraceback("system")
	return nil
}

// isOurs says whether nobody else can have put something there.
func isOurs(about os.FileInfo, err error) bool {
	if err != nil || about.Mode().Perm()&0o022 != 0 {
		return false
	}
	system, ok := about.Sys().(*syscall.Stat_t)
	return ok && int(system.Uid) == os.Geteuid()
}

// Collect removes the crash files of dead processes, and counts those of this
// program: a crash of this build by its stack.
func Collect(directory, program string, count func(name string, callers []uintptr)) {
	if !isOurs(os.Lstat(folder(directory))) {
		return
	}
	open, err := os.Open(folder(directory))
	if err != nil {
		return
	}
	names, _ := open.Readdirnames(mostFiles)
	open.Close()
	build, err := build()
	if err != nil {
		return
	}
	for _, name := range names {
		if path := filepath.Join(folder(directory), name); strings.HasPrefix(name, "go-") {
			collect(path, strings.Fields(first(program, build)), count)
		}
	}
}

func collect(path string, ours []string, count func(name string, callers []uintptr)) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer file.Close()
	about, err := file.Stat()
	if err != nil || !about.Mode().IsRegular() || !isOurs(about, nil) {
		return
	}
	age := time.Since(about.ModTime())
	if strings.HasSuffix(path, ".new") && age < unnamed || syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return
	}
	// Another process may have removed it meanwhile, and counted it.
	if there, err := os.Lstat(path); err != nil || !os.SameFile(about, there) {
		return
	}
	read, err := io.ReadAll(io.LimitReader(file, mostText))
	if err != nil {
		return
	}
	line, text, _ := strings.Cut(string(read), "\n")
	theirs := strings.Fields(line)
	var slide uintptr
	isSound := len(theirs) == len(ours) && theirs[0] == ours[0]
	if isSound {
		var there uintptr
		there, isSound = hexadecimal(theirs[3])
		slide = begin() - there
	}
	isOfProgram := isSound && theirs[1] == ours[1]
	if isSound && !isOfProgram && text != "" && age < kept {
		return // its own program will count it
	}
	// Removed first: no text stays behind, and nothing is counted twice.
	if os.Remove(path) != nil || isSound && !isOfProgram || strings.HasSuffix(path, ".new") {
		return
	}
	if !isSound {
		count("crash/malformed", nil)
		return
	}
	callers, verdict := understand(text, slide)
	switch isOfBuild := theirs[2] == ours[2]; {
	case verdict == noCrash:
	case !isOfBuild || age >= kept:
		count("crash/unsymbolized", nil)
	case verdict == crashed:
		count("crash/crash", callers)
	case verdict == noRunning:
		count("crash/no-running-goroutine", nil)
	default:
		count("crash/malformed", nil)
	}
}
