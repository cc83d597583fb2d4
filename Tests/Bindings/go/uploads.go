// Starts as programs of x/telemetry do, with a vendor. Prints how often the
// transport was asked, and how long Start took.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"tel.example/telemetry"
	"tel.example/telemetry/counter"
	"tel.example/telemetry/plugin"
)

type transport struct {
	asked atomic.Int32
	delay time.Duration
}

func (*transport) Schemes() []string { return []string{"https"} }

func (t *transport) Exchange(context.Context, *plugin.Request) (*plugin.Answer, error) {
	t.asked.Add(1)
	time.Sleep(t.delay)
	return &plugin.Answer{Code: 200}, nil
}

func main() {
	var how struct {
		telemetry.Config
		OpenBefore, NoWait bool
		Delay              time.Duration
		Again              int
	}
	if err := json.Unmarshal([]byte(os.Args[1]), &how); err != nil {
		panic(err)
	}
	carrier := &transport{delay: how.Delay}
	if err := plugin.RegisterTransport(plugin.Description{Name: "carrier"}, carrier); err != nil {
		panic(err)
	}
	if how.OpenBefore {
		counter.Open()
	}
	begun := time.Now()
	result := telemetry.Start(how.Config)
	took := time.Since(begun)
	for range how.Again {
		telemetry.Start(how.Config).Wait()
	}
	counter.Inc("uploads/start")
	if !how.NoWait {
		result.Wait()
	}
	fmt.Println(carrier.asked.Load(), took.Microseconds())
}
