//go:build cgo

package tel

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"unsafe"
)

func TestARefusalIsAnErrorWithLibtelsSentence(t *testing.T) {
	err := Open(Config{Directory: t.TempDir(), Vendor: "not/a/vendor"})
	var refused *Error
	if !errors.As(err, &refused) || refused.Status != "TEL_E_INVALID" || !strings.Contains(err.Error(), "vendor") {
		t.Errorf("%v", err)
	}
}

// A goroutine had loaded the address of the cell before there was a file, and
// adds to it afterwards.
func TestALateAddIsSettled(t *testing.T) {
	if Directory() != "" || CounterFile() != "" {
		t.Fatalf("before Open: %q, %q", Directory(), CounterFile())
	}
	names := []string{"tel/late", "tel/late\x00nul"}
	cells := map[string]unsafe.Pointer{}
	for _, name := range names {
		cells[name] = atomic.LoadPointer((*unsafe.Pointer)(Named(name)))
	}
	directory := t.TempDir()
	if err := Open(Config{Directory: directory, Program: "tel", Version: "v1", Toolchain: "go1.27.3", Vendor: "tel-testing", NoReport: true}); err != nil {
		t.Fatal(err)
	}
	if Directory() != directory || !strings.HasPrefix(CounterFile(), directory) {
		t.Errorf("after Open: %q, %q", Directory(), CounterFile())
	}
	for _, name := range names {
		atomic.AddUint64((*uint64)(cells[name]), 5)
		Settle(name)
		if value := load(Named(name)); value != 5 {
			t.Errorf("%q is %d", name, value)
		}
	}
}

func TestOneNameHasOneHandle(t *testing.T) {
	if Named("tel/one") != Named("tel/one") || Named("tel/one") == Named("tel/two") {
		t.Error("handles and names do not agree")
	}
	Add(Named("tel/one"), 3)
	Add(Named("tel/\x00nul"), 4)
	for name, expected := range map[string]uint64{"tel/one": 3, "tel/\x00nul": 4} {
		if value, found := Value(name); !found || value != expected {
			t.Errorf("%q is %d, %v", name, value, found)
		}
	}
	if _, found := Value("tel/never"); found {
		t.Error("nobody counted tel/never")
	}
}

func TestWhatIsNoCounterFileIsAnError(t *testing.T) {
	if _, err := Read(t.TempDir() + "/missing.v1.count"); err == nil || !strings.Contains(err.Error(), "missing.v1.count") {
		t.Errorf("%v", err)
	}
}
