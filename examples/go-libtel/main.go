// A Go program that counts with libtel. It needs libtel installed, and cgo:
//
//	make install
//	cd examples/go-libtel
//	go build
//	./plot -format svg data.csv
//	tel dump
//
// It shows a counter that is kept, a counter by name, which flags are used, and
// a stack counter. To count with golang.org/x/telemetry instead, change the
// import path and nothing else.
package main

import (
	"flag"
	"fmt"

	"tel.example/telemetry/counter"
)

var (
	files  = counter.New("plot/file")
	noData = counter.NewStack("plot/bug:no-data", 8)
)

func main() {
	counter.Open()

	format := flag.String("format", "png", "svg or png")
	flag.Parse()
	counter.CountCommandLineFlags()

	// Only what is on a list, never what the user wrote.
	switch *format {
	case "svg", "png":
		counter.Inc("plot/format:" + *format) // tel-lint: one of plot/format:{svg,png}
	default:
		counter.Inc("plot/format:other")
	}

	for _, name := range flag.Args() {
		plot(name)
	}
}

func plot(name string) {
	if name == "" {
		noData.Inc() // nobody should come here: which way was it?
		return
	}
	files.Inc()
	fmt.Println("plotted", name)
}
