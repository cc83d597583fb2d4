// Package consent is what libtel has beyond x/telemetry for asking a user.
package consent

import (
	"tel.example/telemetry/internal/opening"
	"tel.example/telemetry/internal/tel"
)

// StoredMode is what the user has said: the mode file's word, local if there is
// none. Something else may hold the mode in effect, telemetry.Mode, down.
func StoredMode() string {
	if opening.InTestWithoutDirectory() {
		return "off"
	}
	return tel.StoredMode()
}
