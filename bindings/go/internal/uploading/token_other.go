//go:build !unix

package uploading

import "time"

// TakeToken takes none: libtel, which uploads, is not on this system.
func TakeToken(directory string, now time.Time) bool { return false }
