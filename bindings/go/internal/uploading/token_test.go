package uploading

import (
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
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
