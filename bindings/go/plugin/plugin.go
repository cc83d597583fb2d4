// Package plugin extends libtel: with transports in Go, which carry reports to a
// collector, and with plugins in shared libraries. x/telemetry has nothing like
// it.
package plugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"tel.example/telemetry/internal/tel"
)

// A Transport carries documents to a collector, and fetches from it. libtel
// decides what may be sent, when, and whether again.
//
// It is called in report.Flush, and in the background by what telemetry.Start
// has begun: never twice at the same time.
type Transport interface {
	// Schemes are those of URLs: "https", "http".
	Schemes() []string

	// Exchange carries one request. Redirects are not followed: libtel does
	// that. The context ends when the request's time is up, and the answer's
	// body has been read.
	//
	// With an error there is no answer, and it is tried again later. Not if the
	// error is ErrDefect, or Exchange panics: then it makes no sense to.
	Exchange(context.Context, *Request) (*Answer, error)
}

// ErrDefect says that it makes no sense to try again: the transport itself or
// its settings are wrong. Wrap it.
var ErrDefect = errors.New("the transport does not work")

// A Request to the collector.
type Request struct {
	URL      string    // where to, complete
	Document *Document // to deliver there; nil: fetch what is there
	Tag      string    // of what libtel has from there already, an ETag; "": nothing
	Most     int       // more bytes of an answer than these are an error
}

// A Document is a report.
type Document struct {
	Name      string // 2026-11-27.json
	MediaType string // application/json
	Bytes     []byte
}

// An Answer of the collector.
type Answer struct {
	Code       int           // as in HTTP: 200, 304, 404, 503
	Body       io.Reader     // closed if it can be; nil: empty
	Tag        string        // an ETag
	Location   string        // where code 301, 302, 303, 307 or 308 leads, a complete URL
	RetryAfter time.Duration // do not ask again for so long
}

// A Description of a plugin, for people.
type Description struct {
	Name    string // unique in the process: 1 to 32 of a to z, 0 to 9 and "-"
	Version string // "" means "1"
	Summary string // one line
}

// RegisterTransport takes a transport for as long as the process runs. It goes
// before those that came with libtel. There is room for 16.
func RegisterTransport(about Description, transport Transport) error {
	if about.Version == "" {
		about.Version = "1"
	}
	return tel.Register(tel.About(about), transport.Schemes(), func(request tel.Request) tel.Answer { return carry(transport, request) })
}

// Load loads a plugin from the shared library at this path: the user's own or
// root's, in a folder that is so too. The settings are the plugin's.
func Load(path, settings string) error { return tel.Load(path, settings) }

// carry asks the transport, in a goroutine of its own: what happens to that
// must not happen to one with C on its stack.
func carry(transport Transport, request tel.Request) tel.Answer {
	answers := make(chan tel.Answer, 1)
	go func() {
		answer := tel.Answer{Outcome: tel.Defective, Problem: "Exchange ended its goroutine"}
		defer func() { answers <- answer }()
		defer func() {
			if reason := recover(); reason != nil {
				answer = tel.Answer{Outcome: tel.Defective, Problem: problem(fmt.Sprint("panic: ", reason))}
			}
		}()
		answer = exchange(transport, request)
	}()
	return <-answers
}

func exchange(transport Transport, request tel.Request) tel.Answer {
	ctx, cancel := context.WithTimeout(context.Background(), request.Timeout)
	defer cancel()
	asked := &Request{URL: request.URL, Document: (*Document)(request.Document), Tag: request.Tag, Most: request.Most}
	got, err := transport.Exchange(ctx, asked)
	if err == nil && got == nil {
		err = fmt.Errorf("%w: Exchange returned neither an answer nor an error", ErrDefect)
	}
	if err != nil {
		return failed(err)
	}
	answer := tel.Answer{Code: got.Code, Tag: got.Tag, Location: got.Location, RetryAfter: got.RetryAfter}
	if got.Body != nil {
		if closer, ok := got.Body.(io.Closer); ok {
			defer closer.Close()
		}
		// One more tells libtel that it is too long.
		if answer.Body, err = io.ReadAll(io.LimitReader(got.Body, int64(request.Most)+1)); err != nil {
			return failed(err)
		}
	}
	return answer
}

func failed(err error) tel.Answer {
	var slow interface{ Timeout() bool }
	outcome := tel.Unreached
	switch {
	case errors.Is(err, ErrDefect):
		outcome = tel.Defective
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &slow) && slow.Timeout():
		outcome = tel.TooSlow
	}
	return tel.Answer{Outcome: outcome, Problem: problem(err.Error())}
}

// problem is one line that C can have.
func problem(text string) string {
	text = strings.Join(strings.Fields(strings.ReplaceAll(text, "\x00", " ")), " ")
	return text[:min(len(text), 1024)]
}
