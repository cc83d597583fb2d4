package counter

import (
	"flag"
	"path"
	"runtime/debug"
)

// CountFlags counts prefix+name for each flag that is set, and never a value:
//
//	flag.Parse()
//	counter.CountFlags("plot/flag:", *flag.CommandLine)
func CountFlags(prefix string, fs flag.FlagSet) {
	fs.Visit(func(set *flag.Flag) { Inc(prefix + set.Name) })
}

// CountCommandLineFlags counts the program's own flags as "plot/flag:name",
// where plot is the last element of the program's path. Call it after
// flag.Parse.
func CountCommandLineFlags() {
	prefix := "flag:"
	if info, ok := debug.ReadBuildInfo(); ok && info.Path != "" {
		prefix = path.Base(info.Path) + "/flag:"
	}
	CountFlags(prefix, *flag.CommandLine)
}
