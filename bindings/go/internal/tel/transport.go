//go:build cgo

package tel

/*
#include <stdlib.h>
#include <string.h>
#include <tel/plugin.h>

// In carry.go. Go exports it without const.
tel_status telGoExchange(int slot, tel_request *request, tel_answer *answer);

// libtel asks a plugin without saying which one it means, so each has functions
// of its own; and it keeps pointers to all of it.
enum { SLOTS = 16 };
typedef struct {
	tel_plugin plugin;
	tel_transport transport;
} slot;
static slot slots[SLOTS];

static tel_status exchange(void *state, const tel_request *request, tel_answer *answer) {
	return telGoExchange((int)((slot *)state - slots), (tel_request *)request, answer);
}

#define SLOT(n) \
	static tel_status start_##n(const tel_host *host, const char *settings, void **state) { \
		*state = &slots[n]; \
		return TEL_OK; \
	} \
	static const void *query_##n(const char *id) { return strcmp(id, TEL_TRANSPORT) == 0 ? &slots[n].transport : NULL; }
SLOT(0) SLOT(1) SLOT(2) SLOT(3) SLOT(4) SLOT(5) SLOT(6) SLOT(7)
SLOT(8) SLOT(9) SLOT(10) SLOT(11) SLOT(12) SLOT(13) SLOT(14) SLOT(15)

static const struct {
	tel_status (*start)(const tel_host *, const char *, void **);
	const void *(*query)(const char *);
} functions[SLOTS] = {
	{start_0, query_0}, {start_1, query_1}, {start_2, query_2}, {start_3, query_3},
	{start_4, query_4}, {start_5, query_5}, {start_6, query_6}, {start_7, query_7},
	{start_8, query_8}, {start_9, query_9}, {start_10, query_10}, {start_11, query_11},
	{start_12, query_12}, {start_13, query_13}, {start_14, query_14}, {start_15, query_15},
};

static tel_status enlist(int which, const char *name, const char *version, const char *summary, char **schemes) {
	slot *self = &slots[which];
	memset(self, 0, sizeof *self);
	self->plugin.size = sizeof self->plugin;
	self->plugin.abi = TEL_PLUGIN_ABI;
	self->plugin.name = name;
	self->plugin.version = version;
	self->plugin.summary = summary;
	self->plugin.start = functions[which].start;
	self->plugin.query = functions[which].query;
	self->transport.size = sizeof self->transport;
	self->transport.schemes = (const char *const *)schemes;
	self->transport.exchange = exchange;
	return tel_plugin_register(&self->plugin, NULL);
}
*/
import "C"

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"
)

var registered struct {
	sync.Mutex
	carriers [C.SLOTS]atomic.Pointer[Carrier] // read while libtel may hold what Register waits for
	count    int
}

// Register hands libtel a transport, for as long as the process runs.
func Register(about About, schemes []string, carry Carrier) error {
	registered.Lock()
	defer registered.Unlock()
	which := registered.count
	if which == C.SLOTS {
		return &Error{"TEL_E_FULL", fmt.Sprintf("a process has room for %d transports", C.SLOTS)}
	}
	var kept texts
	table := (**C.char)(C.calloc(C.size_t(len(schemes)+1), C.size_t(unsafe.Sizeof((*C.char)(nil)))))
	for i, scheme := range schemes {
		unsafe.Slice(table, len(schemes))[i] = kept.add(scheme)
	}
	name, version, summary := kept.add(about.Name), kept.add(about.Version), kept.add(about.Summary)
	registered.carriers[which].Store(&carry)
	err := do(func() C.tel_status { return C.enlist(C.int(which), name, version, summary, table) })
	if err == nil {
		registered.count++
		return nil
	}
	registered.carriers[which].Store(nil)
	kept.free()
	C.free(unsafe.Pointer(table))
	return err
}
