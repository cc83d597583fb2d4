//go:build unix

package uploading

import (
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tel.example/telemetry/internal/tel"
)

func place(t *testing.T) (directory, token string) {
	directory = t.TempDir()
	if err := os.Mkdir(filepath.Join(directory, "local"), 0o777); err != nil {
		t.Fatal(err)
	}
	return directory, filepath.Join(directory, "local", "upload.token")
}

func TestTheTokenIsTakenOnceADay(t *testing.T) {
	directory, token := place(t)
	now := time.Now()
	if !TakeToken(directory, now) || TakeToken(directory, now) {
		t.Fatal("a new token is not taken once")
	}
	for age, expected := range map[time.Duration]bool{
		day - time.Second: false, day + time.Second: true, -time.Hour: false, -day + time.Second: false, -day - time.Second: true, 10000 * time.Hour: true,
	} {
		os.Chtimes(token, now.Add(-age), now.Add(-age))
		if taken := TakeToken(directory, now); taken != expected {
			t.Errorf("a token of %v ago is taken: %v", age, taken)
		}
		if expected && TakeToken(directory, now) {
			t.Errorf("one of %v ago is taken twice", age)
		}
	}
}

func TestOneOfManyTakesTheToken(t *testing.T) {
	for _, old := range []bool{false, true} {
		for range 20 {
			directory, token := place(t)
			now := time.Now()
			if old {
				os.WriteFile(token, nil, 0o666)
				os.Chtimes(token, now.Add(-2*day), now.Add(-2*day))
			}
			var winners atomic.Int32
			var all sync.WaitGroup
			for range 16 {
				all.Add(1)
				go func() {
					defer all.Done()
					if TakeToken(directory, now) {
						winners.Add(1)
					}
				}()
			}
			all.Wait()
			if winners.Load() != 1 {
				t.Fatalf("%d have taken it", winners.Load())
			}
		}
	}
}

func TestWhereThereIsNoFolderNothingIsTakenOrMade(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "none")
	if TakeToken(directory, time.Now()) {
		t.Error("a token is taken where none can be")
	}
	if _, err := os.Stat(directory); err == nil {
		t.Error("a folder was made")
	}
}

func TestAFlushIsTriedAgainWhileOthersMakeTheReports(t *testing.T) {
	for _, test := range []struct {
		waiting  int
		err      error
		expected int
	}{
		{0, &tel.Error{Status: "TEL_E_BUSY", Message: "another process makes reports"}, 3},
		{1, &tel.Error{Status: "TEL_E_BUSY", Message: "the collector wants to be left alone"}, 1},
		{0, &tel.Error{Status: "TEL_E_IO"}, 1},
		{0, nil, 1},
	} {
		calls := 0
		err := Patiently(func() (tel.Result, error) {
			calls++
			if calls == 3 {
				return tel.Result{Sent: 1}, nil
			}
			return tel.Result{Waiting: test.waiting}, test.err
		})
		if calls != test.expected || (test.expected == 3) != (err == nil) && test.err != nil {
			t.Errorf("%v: %d calls, %v", test.err, calls, err)
		}
	}
}
