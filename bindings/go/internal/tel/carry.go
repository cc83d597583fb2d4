//go:build cgo

package tel

/*
#include <stdlib.h>
#include <tel/plugin.h>

static inline tel_status hand(tel_answer *answer, const void *bytes, size_t count) { return answer->write(answer->context, bytes, count); }
static inline void tell(tel_answer *answer, const char *key, const char *text) { answer->tell(answer->context, key, text); }
*/
import "C"

import (
	"math"
	"time"
	"unsafe"
)

var statuses = map[Outcome]C.tel_status{
	Answered: C.TEL_OK, Unreached: C.TEL_E_IO, TooSlow: C.TEL_E_TIMEOUT, Defective: C.TEL_E_PLUGIN,
}

//export telGoExchange
func telGoExchange(which C.int, request *C.tel_request, answer *C.tel_answer) C.tel_status {
	asked := Request{
		URL:     C.GoString(request.url),
		Timeout: time.Duration(request.timeout_ms) * time.Millisecond,
		Most:    int(request.most),
	}
	if request.tag != nil {
		asked.Tag = C.GoString(request.tag)
	}
	if document := request.document; document != nil {
		asked.Document = &Document{
			Name:      C.GoString(document.name),
			MediaType: C.GoString(document.media_type),
			Bytes:     append([]byte{}, unsafe.Slice((*byte)(document.bytes), document.count)...),
		}
	}
	got := (*registered.carriers[which].Load())(asked)
	var kept texts
	defer kept.free()
	for _, each := range [][2]string{{"tag", got.Tag}, {"location", got.Location}, {"problem", got.Problem}} {
		if each[1] != "" {
			C.tell(answer, kept.add(each[0]), kept.add(each[1]))
		}
	}
	if got.Outcome != Answered {
		return statuses[got.Outcome]
	}
	answer.code = C.int32_t(got.Code)
	answer.retry_after = C.uint32_t(min(max(got.RetryAfter+time.Second-1, 0)/time.Second, math.MaxUint32))
	if len(got.Body) == 0 {
		return C.TEL_OK
	}
	return C.hand(answer, unsafe.Pointer(unsafe.SliceData(got.Body)), C.size_t(len(got.Body)))
}
