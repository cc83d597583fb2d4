// Command peer lets the tests drive the reference implementation. It answers
// in JSON; names are hexadecimal, for they may have any bytes.
//
//	peer count -dir D -program P [-version V] [-toolchain T] [-now TIME]
//	peer parse [FILE...]
//	peer report -dir D -as-of TIME [-config FILE -config-version V [-url URL]]
//	peer mode -dir D [off|local|on]
//	peer dump FILE
//	peer env -dir D
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"golang.org/x/telemetry/internal/telemetry"
	"golang.org/x/telemetry/internal/upload"
)

func main() {
	if len(os.Args) < 2 {
		fail("which command?")
	}
	commands := map[string]func([]string){"count": count, "parse": parse, "report": report, "mode": mode, "dump": dump, "env": env}
	command, ok := commands[os.Args[1]]
	if !ok {
		fail("no command is called " + os.Args[1])
	}
	command(os.Args[2:])
}

func fail(what any) {
	fmt.Fprintln(os.Stderr, "peer:", what)
	os.Exit(2)
}

var out = json.NewEncoder(os.Stdout)

func answer(value any) {
	if err := out.Encode(value); err != nil {
		fail(err)
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func instant(value string) time.Time {
	t, err := time.Parse(time.RFC3339, value)
	if err != nil {
		fail(err)
	}
	return t.UTC()
}

// report makes the reports that are due, as the reference's uploader does. In
// mode on, with a config, it also delivers them, or tries to: if no address is
// given, to one where nobody listens.
func report(arguments []string) {
	flags := flag.NewFlagSet("report", flag.ExitOnError)
	dir := flags.String("dir", "", "telemetry directory")
	now := flags.String("as-of", "", "RFC 3339")
	configFile := flags.String("config", "", "upload config")
	configVersion := flags.String("config-version", "v0.0.0-0", "its version")
	url := flags.String("url", "http://127.0.0.1:9/upload", "where reports go")
	flags.Parse(arguments)

	config := new(telemetry.UploadConfig)
	if *configFile != "" {
		content, err := os.ReadFile(*configFile)
		if err != nil {
			fail(err)
		}
		if err := json.Unmarshal(content, config); err != nil {
			fail(err)
		}
	}
	err := upload.RunWith(*dir, config, *configVersion, *url, instant(*now), os.Stderr)
	answer(map[string]string{"error": text(err)})
}

// mode shows the mode, after setting it if one is given.
func mode(arguments []string) {
	flags := flag.NewFlagSet("mode", flag.ExitOnError)
	dir := flags.String("dir", "", "telemetry directory")
	flags.Parse(arguments)

	telemetryDir := telemetry.NewDir(*dir)
	var err error
	if flags.NArg() > 0 {
		err = telemetryDir.SetMode(flags.Arg(0))
	}
	mode, asOf := telemetryDir.Mode()
	date := ""
	if !asOf.IsZero() {
		date = asOf.Format(telemetry.DateOnly)
	}
	answer(map[string]string{"mode": mode, "asof": date, "error": text(err)})
}
