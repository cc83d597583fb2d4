package opening

import (
	"go/version"
	"path/filepath"
	"runtime/debug"
	"strings"
)

// Identity says who is counting, from what the Go linker wrote into the
// program. Without that it is the executable's name. The rules are those of
// golang.org/x/telemetry, so that a program is the same program in both.
func Identity(info *debug.BuildInfo, executable string) (program, progVersion, toolchain string) {
	toolchain = info.GoVersion
	if strings.Contains(toolchain, "devel") || strings.Contains(toolchain, "-") || !version.IsValid(toolchain) {
		toolchain = "devel"
	}
	program = info.Path
	if program == "" {
		program = strings.TrimSuffix(filepath.Base(executable), ".exe")
	}
	if strings.HasPrefix(program, "cmd/") {
		return program, toolchain, toolchain
	}
	progVersion = info.Main.Version
	// More than one hyphen: a pseudo-version, one for each commit.
	if strings.Contains(progVersion, "devel") || strings.Count(progVersion, "-") > 1 {
		progVersion = "devel"
	}
	return program, progVersion, toolchain
}
