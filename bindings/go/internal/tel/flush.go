//go:build cgo

package tel

/*
#include <stdlib.h>
#include <tel.h>
#include <time.h>

// A flush may be asked to take another time for now. Other threads of this
// process go on with the system's.
static _Thread_local int64_t moved;
int64_t telGoNow(void) { return moved ? moved : (int64_t)time(NULL); }

static tel_status flush(uint32_t timeout_ms, int64_t now, tel_flush_result *result) {
	moved = now;
	tel_status status = tel_flush_report_result(timeout_ms, result);
	moved = 0;
	return status;
}
*/
import "C"

import (
	"math"
	"time"
)

// Flush makes reports and sends what is due. A time other than zero is taken for
// now, if Config.Clock was set.
func Flush(timeout time.Duration, now time.Time) (Result, error) {
	var asOf C.int64_t
	if !now.IsZero() {
		asOf = C.int64_t(now.Unix())
	}
	told := C.tel_flush_result{size: C.sizeof_tel_flush_result}
	err := do(func() C.tel_status { return C.flush(milliseconds(timeout), asOf, &told) })
	return Result{Made: int(told.made), Sent: int(told.sent), Rejected: int(told.rejected), Waiting: int(told.waiting)}, err
}

// milliseconds: 0 or less is no limit, what is shorter than one is one.
func milliseconds(timeout time.Duration) C.uint32_t {
	if timeout <= 0 {
		return 0
	}
	return C.uint32_t(min((timeout+time.Millisecond-1)/time.Millisecond, math.MaxUint32))
}

// Load loads a plugin.
func Load(path, settings string) error {
	var kept texts
	defer kept.free()
	place, given := kept.add(path), (*C.char)(nil)
	if settings != "" {
		given = kept.add(settings)
	}
	return do(func() C.tel_status { return C.tel_plugin_load(place, given) })
}
