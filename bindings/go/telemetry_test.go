package telemetry_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tel.example/telemetry"
	"tel.example/telemetry/counter"
	"tel.example/telemetry/internal/tel"
)

// A home of its own: in it, nothing may appear.
func TestMain(m *testing.M) {
	home, _ := os.MkdirTemp("", "home")
	os.Setenv("HOME", home)
	for _, name := range []string{"XDG_CONFIG_HOME", "TEL_DIR", "TEL_MODE"} {
		os.Unsetenv(name)
	}
	status := m.Run()
	filepath.WalkDir(home, func(path string, _ fs.DirEntry, _ error) error {
		if path != home {
			println("a test wrote", path)
			status = 1
		}
		return nil
	})
	os.RemoveAll(home)
	os.Exit(status)
}

// The code under test opens; the test has given no directory.
func TestATestIsNotCounted(t *testing.T) {
	counter.Open()
	telemetry.MaybeChild(telemetry.Config{})
	telemetry.Start(telemetry.Config{Upload: true, ReportCrashes: true}).Wait()
	counter.Inc("test/nowhere")
	counter.NewStack("test/nowhere", 4).Inc()
	if mode, dir := telemetry.Mode(), telemetry.Dir(); mode != "off" || dir != "" {
		t.Errorf("mode %q, directory %q", mode, dir)
	}
	if err := telemetry.SetMode("off"); err == nil {
		t.Error("a test has set the user's mode")
	}
}

func TestOnlyThreeModesCanBeSet(t *testing.T) {
	for _, mode := range []string{"", "ON", "on off", "bogus"} {
		if err := telemetry.SetMode(mode); err == nil || !strings.HasPrefix(err.Error(), "invalid telemetry mode: ") {
			t.Errorf("%q: %v", mode, err)
		}
	}
}

func TestOpeningInTwoWaysPanics(t *testing.T) {
	if !tel.Supported {
		return
	}
	defer func() {
		if reason := recover(); reason != "BUG: Open called with inconsistent values for 'rotate'" {
			t.Errorf("panics with %v", reason)
		}
	}()
	counter.Open()
	counter.OpenAndRotate()
}

func TestThereMayBeNoResultToWaitFor(t *testing.T) {
	var none *telemetry.StartResult
	none.Wait()
}

func TestAReportIsReadAsItIsWritten(t *testing.T) {
	text := `{"Week":"2026-11-27","LastWeek":"","X":0.5,"Programs":[{"Program":"p","Version":"v1","GoVersion":"go1.27.3","GOOS":"linux","GOARCH":"amd64","Counters":{"a":1},"Stacks":{}}],"Config":"v0.0.0-0"}`
	var report telemetry.Report
	if err := json.Unmarshal([]byte(text), &report); err != nil {
		t.Fatal(err)
	}
	if again, _ := json.Marshal(report); string(again) != text {
		t.Errorf("%s", again)
	}
}
