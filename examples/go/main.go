// A Go program that counts with golang.org/x/telemetry, Go's own library, into
// the directory that other programs fill with libtel:
//
//	go mod init example.com/greet
//	go get golang.org/x/telemetry
//	go build
//	TEL_DIR=$HOME/.config/tel/telemetry ./greet world moon
//	tel dump
//
// Its counter files and those of libtel have one format, so tel shows and
// reports both.
package main

import (
	"flag"
	"fmt"
	"os"

	"golang.org/x/telemetry/counter"
)

func main() {
	// x/telemetry knows no TEL_DIR; without a directory it uses Go's own.
	counter.OpenDir(os.Getenv("TEL_DIR"))

	loud := flag.Bool("loud", false, "shout")
	flag.Parse()
	counter.CountFlags("greet/flag:", *flag.CommandLine)

	greetings := counter.New("greet/greeting")
	for _, name := range flag.Args() {
		greetings.Inc()
		if *loud {
			fmt.Printf("HELLO, %s!\n", name)
		} else {
			fmt.Printf("Hello, %s.\n", name)
		}
	}
}
