// A transport that does what the second argument says. The first is the
// telemetry directory.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"tel.example/telemetry"
	"tel.example/telemetry/plugin"
	"tel.example/telemetry/report"
)

const url = "https://telemetry.example.org"

type carrier func(context.Context, *plugin.Request) (*plugin.Answer, error)

func (carrier) Schemes() []string { return []string{"http", "https"} }

func (c carrier) Exchange(ctx context.Context, request *plugin.Request) (*plugin.Answer, error) {
	return c(ctx, request)
}

type body struct {
	io.Reader
	closed *int
}

func (b body) Close() error { *b.closed++; return nil }

type endless struct{}

func (endless) Read(into []byte) (int, error) {
	for i := range into {
		into[i] = 'x'
	}
	return len(into), nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("cut off") }

var (
	closed  int
	nothing map[string]int
)

func fails(err error) carrier {
	return func(context.Context, *plugin.Request) (*plugin.Answer, error) { return nil, err }
}

func answers(answer plugin.Answer) carrier {
	return func(context.Context, *plugin.Request) (*plugin.Answer, error) { made := answer; return &made, nil }
}

var cases = map[string]carrier{
	"prints": func(ctx context.Context, request *plugin.Request) (*plugin.Answer, error) {
		end, _ := ctx.Deadline()
		fmt.Printf("%s %q %d %v", request.URL, request.Tag, request.Most, time.Until(end) > 4*time.Second && time.Until(end) <= 5*time.Second)
		if request.Document != nil {
			fmt.Printf(" %s %s %s", request.Document.Name, request.Document.MediaType, request.Document.Bytes)
		}
		fmt.Println()
		return &plugin.Answer{Code: 200}, nil
	},
	"answers": func(_ context.Context, request *plugin.Request) (*plugin.Answer, error) {
		if request.Document == nil {
			return &plugin.Answer{Code: 302, Body: body{strings.NewReader("moved"), &closed}, Tag: `"x"`, Location: url + "/v1.json"}, nil
		}
		return &plugin.Answer{Code: 503, Body: strings.NewReader("later"), RetryAfter: 1500 * time.Millisecond}, nil
	},
	"endless":  answers(plugin.Answer{Code: 200, Body: endless{}}),
	"broken":   answers(plugin.Answer{Code: 200, Body: broken{}}),
	"error":    fails(errors.New("nobody\n is\x00there")),
	"slow":     fails(fmt.Errorf("asking: %w", context.DeadlineExceeded)),
	"net-slow": fails(&net.DNSError{Err: "no answer", Name: "x", IsTimeout: true}),
	"os-slow":  fails(os.ErrDeadlineExceeded),
	"defect":   fails(fmt.Errorf("%w: no key", plugin.ErrDefect)),
	"nothing":  fails(nil),
	"waits": func(ctx context.Context, _ *plugin.Request) (*plugin.Answer, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	},
	"panics":  func(context.Context, *plugin.Request) (*plugin.Answer, error) { panic("on purpose") },
	"nil-map": func(context.Context, *plugin.Request) (*plugin.Answer, error) { nothing["x"] = 1; return nil, nil },
	"goexit":  func(context.Context, *plugin.Request) (*plugin.Answer, error) { runtime.Goexit(); return nil, nil },
	"collects": func(context.Context, *plugin.Request) (*plugin.Answer, error) {
		runtime.GC()
		return &plugin.Answer{Code: 204}, nil
	},
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func flush(timeout time.Duration) {
	result, err := report.Flush(timeout)
	fmt.Println(result.Made, result.Sent, result.Rejected, result.Waiting)
	for name, known := range map[string]error{
		"ErrOff": report.ErrOff, "ErrBusy": report.ErrBusy, "ErrTimeout": report.ErrTimeout, "ErrInvalid": report.ErrInvalid, "ErrIO": report.ErrIO,
		"ErrPlugin": report.ErrPlugin, "ErrUnsupported": report.ErrUnsupported,
	} {
		if errors.Is(err, known) {
			fmt.Println(name, err)
		}
	}
}

func main() {
	what := os.Args[2]
	open := func() {
		telemetry.Start(telemetry.Config{Vendor: "example", TelemetryDir: os.Args[1], UploadURL: url + "/upload"})
	}
	switch what {
	case "none":
		open()
		flush(0)
	case "load":
		fmt.Println(plugin.Load("/a/b.so", ""))
		open()
		fmt.Println(plugin.Load("/a/b.so", "key value"))
	case "names":
		for i := range 17 {
			name := fmt.Sprint("number-", i)
			if i == 3 {
				fmt.Println(plugin.RegisterTransport(plugin.Description{Name: "number-0"}, cases["collects"]))
			}
			if err := plugin.RegisterTransport(plugin.Description{Name: name}, cases["collects"]); err != nil {
				fmt.Println(name, err)
			}
		}
	case "many":
		check(plugin.RegisterTransport(plugin.Description{Name: "many"}, cases["collects"]))
		open()
		var all sync.WaitGroup
		for range 4 {
			all.Add(1)
			go func() {
				defer all.Done()
				for range 20 {
					if result, err := report.Flush(0); err != nil && !errors.Is(err, report.ErrBusy) || err == nil && result.Sent != 1 {
						fmt.Println(result, err)
					}
				}
			}()
		}
		all.Wait()
	default:
		check(plugin.RegisterTransport(plugin.Description{Name: "carrier", Summary: "carries"}, cases[what]))
		open()
		timeout := 5 * time.Second
		if what == "waits" {
			timeout = 200 * time.Millisecond
		}
		flush(timeout)
		if closed > 0 {
			fmt.Println("closed", closed)
		}
	}
}
