//go:build unix

package uploading

import (
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const day = 24 * time.Hour

// TakeToken takes the day's token of a telemetry directory: x/telemetry's file,
// of which only the time counts, and that all libraries keep to. x/telemetry
// removes an old one and makes it anew, by which two can win; here the lock
// decides, and who has it sets the time.
func TakeToken(directory string, now time.Time) bool {
	path := filepath.Join(directory, "local", "upload.token")
	if isFresh(path, now) {
		return false
	}
	made, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err == nil {
		made.Close()
		return true
	}
	file, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer file.Close()
	if syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return false
	}
	// Somebody may have been quicker, or removed what is locked here.
	locked, err := file.Stat()
	there, problem := os.Lstat(path)
	return err == nil && problem == nil && os.SameFile(locked, there) && !isFresh(path, now) && os.Chtimes(path, now, now) == nil
}

// isFresh says whether the token was taken within a day. One from the future by
// more than that was left by a clock that was wrong.
func isFresh(path string, now time.Time) bool {
	token, err := os.Lstat(path)
	return err == nil && now.Sub(token.ModTime()).Abs() <= day
}
