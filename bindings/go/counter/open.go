package counter

import "tel.example/telemetry/internal/opening"

// Open opens the program's counter file; counts made before move into it. In
// mode off, or where the file cannot be used, counts stay in memory.
//
// A process that runs for days calls OpenAndRotate instead. Calling both is a
// mistake, and panics.
func Open() { opening.Open(opening.Options{}) }

// OpenAndRotate is Open, with a thread of libtel that starts a new file when
// the week is over.
func OpenAndRotate() { opening.Open(opening.Options{Rotate: true}) }

// OpenDir is Open in this telemetry directory, or in the user's if it is "".
func OpenDir(telemetryDir string) { opening.Open(opening.Options{Directory: telemetryDir}) }
