// A Go program that crashes, and whose next start counts that it did. It needs
// libtel installed, and cgo:
//
//	make install
//	cd examples/go-libtel
//	go build -o average ./crash
//	./average
//	./average 3 4
//	tel dump
//
// The first run ends as it would without libtel, with a traceback; the second
// counts the functions on the way there, and nothing of the message:
// crash/crash, runtime.gopanic, runtime.panicdivide, main.average, main.main.
package main

import (
	"fmt"
	"os"
	"strconv"

	"tel.example/telemetry"
)

func main() {
	telemetry.Start(telemetry.Config{ReportCrashes: true})
	fmt.Println(average(os.Args[1:]))
}

func average(words []string) int {
	sum := 0
	for _, word := range words {
		number, _ := strconv.Atoi(word)
		sum += number
	}
	return sum / len(words)
}
