// A Go program that sends reports by net/http instead of libtel's plugin. It
// needs libtel installed, and cgo:
//
//	make install
//	cd examples/go-libtel/transport
//	go build
//	tel on --vendor example --destination https://telemetry.example.org
//	./transport https://telemetry.example.org
//
// libtel decides what may be sent, when, and whether again. The transport
// carries one request, with what this program has for it: here a plain client;
// it could be one with a login.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"tel.example/telemetry"
	"tel.example/telemetry/counter"
	"tel.example/telemetry/plugin"
	"tel.example/telemetry/report"
)

type web struct{ client http.Client }

func (*web) Schemes() []string { return []string{"https", "http"} }

func (w *web) Exchange(ctx context.Context, request *plugin.Request) (*plugin.Answer, error) {
	method, body := http.MethodGet, io.Reader(nil)
	if request.Document != nil {
		method, body = http.MethodPost, bytes.NewReader(request.Document.Bytes)
	}
	asked, err := http.NewRequestWithContext(ctx, method, request.URL, body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", plugin.ErrDefect, err)
	}
	if request.Document != nil {
		asked.Header.Set("Content-Type", request.Document.MediaType)
	}
	if request.Tag != "" {
		asked.Header.Set("If-None-Match", request.Tag)
	}
	got, err := w.client.Do(asked)
	if err != nil {
		return nil, err // it is tried again later
	}
	answer := &plugin.Answer{Code: got.StatusCode, Body: got.Body, Tag: got.Header.Get("ETag")}
	if location, err := got.Location(); err == nil {
		answer.Location = location.String()
	}
	if seconds, err := strconv.Atoi(got.Header.Get("Retry-After")); err == nil {
		answer.RetryAfter = time.Duration(seconds) * time.Second
	}
	return answer, nil
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: transport URL")
		os.Exit(2)
	}
	transport := &web{}
	// Redirects are libtel's to follow: it knows which ones it may.
	transport.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if err := plugin.RegisterTransport(plugin.Description{Name: "net-http", Summary: "sends reports by net/http"}, transport); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	telemetry.Start(telemetry.Config{Vendor: "example", UploadURL: os.Args[1]})
	counter.Inc("notes/sync")
	result, err := report.Flush(30 * time.Second)
	fmt.Printf("made %d, sent %d, rejected %d, waiting %d\n", result.Made, result.Sent, result.Rejected, result.Waiting)
	if err != nil {
		fmt.Println("not all was sent:", err)
	}
}
