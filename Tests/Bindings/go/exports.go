// Exports what the arguments say, and what goes wrong with the writer.
package main

import (
	"errors"
	"fmt"
	"os"

	"tel.example/telemetry"
	"tel.example/telemetry/counter"
	"tel.example/telemetry/report"
)

type broken struct{ panics bool }

func (b broken) Write([]byte) (int, error) {
	if b.panics {
		panic("a writer's")
	}
	return 0, errBroken
}

type short struct{}

func (short) Write(p []byte) (int, error) { return len(p) - 1, nil }

var errBroken = errors.New("broken")

func main() {
	telemetry.Start(telemetry.Config{TelemetryDir: os.Args[1]})
	counter.Add("tool/start", 3)
	for _, format := range os.Args[2:] {
		if err := report.Export("", format, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, errors.Is(err, report.ErrUnsupported), err)
		}
		fmt.Println("----")
	}
	fmt.Fprintln(os.Stderr, report.Export("", "csv", broken{}) == errBroken, report.Export("", "csv", short{}))
	defer func() {
		fmt.Fprintln(os.Stderr, recover(), report.Export("/nowhere.json", "csv", os.Stdout))
	}()
	report.Export("", "csv", broken{panics: true})
}
