// This file joins the reference's own package at test time, so that a run can
// have an upload config without asking the network for it.

package upload

import (
	"io"
	"log"
	"time"

	"golang.org/x/telemetry/internal/telemetry"
)

// RunWith is Run with everything given.
func RunWith(dir string, config *telemetry.UploadConfig, version, url string, now time.Time, logTo io.Writer) error {
	uploader := &uploader{
		config:          config,
		configVersion:   version,
		dir:             telemetry.NewDir(dir),
		uploadServerURL: url,
		startTime:       now,
		logger:          log.New(logTo, "", log.Lshortfile),
	}
	return uploader.Run()
}
