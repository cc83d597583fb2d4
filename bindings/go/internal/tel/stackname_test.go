package tel

import (
	"strings"
	"testing"
)

func TestAPathIsWrittenOnceInARow(t *testing.T) {
	frames := []Frame{
		{Scope: "main.f", Function: "func1", Line: 29, Offset: 0x39, Inlined: true},
		{Scope: "main", Function: "b", Line: 6, Offset: 0x34},
		{Scope: "main", Function: "a", Line: -1, Offset: 0},
		{Function: "cfun"},
		{Function: "cfun2"},
		{Scope: "main", Function: "main", Line: 83},
	}
	encoded := "s\nmain.f.func1:=29,+0x39\nmain.b:+6,+0x34\n\".a:-1,+0x0\n.cfun:+0,+0x0\n.cfun2:+0,+0x0\nmain.main:+83,+0x0"
	if got := Encode("s", frames); got != encoded {
		t.Errorf("encoded is\n%s\nnot\n%s", got, encoded)
	}
	decoded := strings.ReplaceAll(encoded, `"`, "main")
	if got := Decode(encoded); got != decoded {
		t.Errorf("decoded is\n%s\nnot\n%s", got, decoded)
	}
}

func TestANameThatIsNoStackStays(t *testing.T) {
	for _, name := range []string{"", "a.b", `".b`, "a/b:c"} {
		if got := Decode(name); got != name {
			t.Errorf("%q became %q", name, got)
		}
	}
}

func TestFramesThatDoNotFitAreLeftOut(t *testing.T) {
	frame := Frame{Scope: strings.Repeat("p", 90), Function: "f"}
	other := Frame{Scope: strings.Repeat("q", 90), Function: "f"}
	for count := 1; count < 100; count++ {
		var frames []Frame
		for i := 0; i < count; i++ {
			frames = append(frames, []Frame{frame, other}[i%2])
		}
		name := Encode("deep", frames)
		lines := strings.Split(name, "\n")
		if len(name) > 4096 {
			t.Fatalf("%d frames: %d bytes", count, len(name))
		}
		if count < 40 && len(lines) != count+1 {
			t.Fatalf("%d frames: %d lines", count, len(lines))
		}
		for _, line := range lines[1:] {
			if !strings.HasSuffix(line, ".f:+0,+0x0") && line != "truncated" && line != "" {
				t.Fatalf("%d frames: a line is %q", count, line)
			}
		}
	}
}
