package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/telemetry/internal/counter"
	"golang.org/x/telemetry/internal/telemetry"
)

// dump prints, as it is and not as an answer, what the reference's own types
// make of a counter file.
func dump(files []string) {
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			fail(err)
		}
		file, err := counter.Parse(filepath.Base(path), content)
		if err != nil {
			fail(err)
		}
		text, err := json.MarshalIndent(file, "", "\t")
		if err != nil {
			fail(err)
		}
		fmt.Printf("-- %v --\n%s\n", path, text)
	}
}

// env prints what the reference says of a directory.
func env(arguments []string) {
	flags := flag.NewFlagSet("env", flag.ExitOnError)
	dir := flags.String("dir", "", "telemetry directory")
	flags.Parse(arguments)

	where := telemetry.NewDir(*dir)
	mode, asOf := where.Mode()
	fmt.Printf("mode: %v %v\n\n", mode, asOf)
	fmt.Printf("modefile: %v\nlocaldir: %v\nuploaddir: %v\n", where.ModeFile(), where.LocalDir(), where.UploadDir())
}
