package opening

import (
	"encoding/json"
	"os"
	"runtime/debug"
	"testing"
)

// The vectors were made by golang.org/x/telemetry.
func TestIdentityIsTheReferences(t *testing.T) {
	text, err := os.ReadFile("../../../../Tests/Samples/vectors/proginfo.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct{ GoVersion, ProgramVersion []struct{ In, Out string } }
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors.GoVersion) < 10 || len(vectors.ProgramVersion) < 10 {
		t.Fatal("the vectors were not understood")
	}
	for _, vector := range vectors.GoVersion {
		_, _, toolchain := Identity(&debug.BuildInfo{GoVersion: vector.In, Path: "example.com/p"}, "p")
		if toolchain != vector.Out {
			t.Errorf("Go version %q is recorded as %q, not %q", vector.In, toolchain, vector.Out)
		}
	}
	for _, vector := range vectors.ProgramVersion {
		info := &debug.BuildInfo{GoVersion: "go1.27.3", Path: "example.com/p"}
		info.Main.Version = vector.In
		program, version, _ := Identity(info, "p")
		if program != "example.com/p" || version != vector.Out {
			t.Errorf("version %q is recorded as %q of %q, not %q", vector.In, version, program, vector.Out)
		}
	}
}

func TestAProgramWithoutAPathIsItsExecutable(t *testing.T) {
	for executable, expected := range map[string]string{"/usr/bin/plot": "plot", "plot.exe": "plot", "a/b.c": "b.c"} {
		if program, _, _ := Identity(&debug.BuildInfo{}, executable); program != expected {
			t.Errorf("%s counts as %q, not %q", executable, program, expected)
		}
	}
}

func TestAToolOfGoHasGosVersion(t *testing.T) {
	_, version, _ := Identity(&debug.BuildInfo{GoVersion: "go1.27.3", Path: "cmd/vet"}, "vet")
	if version != "go1.27.3" {
		t.Errorf("cmd/vet has version %q", version)
	}
}
