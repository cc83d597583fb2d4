package crashing

import (
	"bytes"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

func TestABuildIsWhatTheLinkerSays(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("no ELF")
	}
	path, _ := os.Executable()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	said, err := exec.Command("go", "tool", "buildid", path).Output()
	if err != nil {
		t.Skip("no go command: ", err)
	}
	if found := string(buildID(file)); found != strings.TrimSpace(string(said)) {
		t.Errorf("%q, and not %q", found, said)
	}
}

func FuzzBuildID(f *testing.F) {
	if path, err := os.Executable(); err == nil {
		if file, err := os.Open(path); err == nil {
			start := make([]byte, 4096)
			file.ReadAt(start, 0)
			file.Close()
			f.Add(start)
			f.Add(start[:100])
		}
	}
	f.Add([]byte("\x7fELF\x02\x01"))
	f.Add(append([]byte("\x7fELF\x02\x01"), bytes.Repeat([]byte{0xff}, 200)...))
	f.Fuzz(func(t *testing.T, content []byte) { buildID(bytes.NewReader(content)) })
}
