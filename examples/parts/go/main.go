// The Go part of a tool whose parts are in four languages; see ../paint.c.
//
//	go build
//	./paint
package main

import "tel.example/telemetry/counter"

func main() {
	counter.Open()

	counter.Inc("paint/part:go")
	strokes := counter.New("paint/stroke")
	for range 1000 {
		strokes.Inc()
	}
}
