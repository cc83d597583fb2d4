package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/telemetry/internal/counter"
	"golang.org/x/telemetry/internal/telemetry"
)

// order is one line of standard input. Each gets one line of answer.
type order struct {
	Do     string `json:"do"`
	Name   string `json:"name"`   // hexadecimal
	N      int64  `json:"n"`      // what to add; by default 1
	Times  int    `json:"times"`  // how often; 0 means once
	Prefix string `json:"prefix"` // of "many": hexadecimal
	From   int    `json:"from"`
	Count  int    `json:"count"`
	Now    int64  `json:"now"` // Unix seconds
}

type result struct {
	File    string `json:"file"`
	Error   string `json:"error"`
	Value   uint64 `json:"value"`
	Pending uint64 `json:"pending"` // counted, but without a place in the file
}

var clock atomic.Int64

// counters are kept, as programs do; a new object for each add would lose
// what is beyond 33 bits.
var counters = map[string]*counter.Counter{}

func named(name string) *counter.Counter {
	c, ok := counters[name]
	if !ok {
		c = counter.New(name)
		counters[name] = c
	}
	return c
}

// count opens a counter file and then does what standard input says, until it
// ends.
func count(arguments []string) {
	flags := flag.NewFlagSet("count", flag.ExitOnError)
	dir := flags.String("dir", "", "telemetry directory")
	program := flags.String("program", "", "package path of the program")
	version := flags.String("version", "", "module version of the program")
	toolchain := flags.String("toolchain", "go1.27.3", "Go version")
	now := flags.String("now", "", "RFC 3339; default: the system clock")
	flags.Parse(arguments)

	if *now != "" {
		clock.Store(instant(*now).Unix())
	}
	counter.CounterTime = func() time.Time {
		if seconds := clock.Load(); seconds != 0 {
			return time.Unix(seconds, 0).UTC()
		}
		return time.Now().UTC()
	}
	telemetry.Default = telemetry.NewDir(*dir)
	info := &debug.BuildInfo{GoVersion: *toolchain, Path: *program}
	info.Main.Version = *version

	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		o := order{N: 1}
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			fail(err)
		}
		answer(do(o, info))
	}
}

func do(o order, info *debug.BuildInfo) (r result) {
	name, err := hex.DecodeString(o.Name)
	if err != nil {
		fail(err)
	}
	prefix, err := hex.DecodeString(o.Prefix)
	if err != nil {
		fail(err)
	}
	switch o.Do {
	case "open":
		r.File, err = counter.OpenAs(info)
		r.Error = text(err)
	case "rotate":
		r.File, err = counter.RotateNow()
		r.Error = text(err)
	case "now":
		clock.Store(o.Now)
	case "add":
		c := named(string(name))
		for i := 0; i < max(o.Times, 1); i++ {
			c.Add(o.N)
		}
		r.Pending = counter.Pending(c)
	case "many": // prefix0, prefix1, ...: many distinct names
		for i := o.From; i < o.From+o.Count; i++ {
			named(numbered(prefix, i)).Add(o.N)
		}
		for i := o.From; i < o.From+o.Count; i++ {
			r.Pending += counter.Pending(named(numbered(prefix, i)))
		}
	case "read":
		r.Value, err = counter.Read(named(string(name)))
		r.Error = text(err)
	default:
		fail("cannot do " + o.Do)
	}
	return r
}

func numbered(prefix []byte, i int) string {
	return string(prefix) + strconv.Itoa(i)
}
