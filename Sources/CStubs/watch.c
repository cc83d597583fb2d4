/* What runs when a function that is watched is called, and when it returns. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cstubs.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- Calls that never return ------------------------------------------------ */

/* This thread's calls of watched functions that are under way, by the places of
 * their frames: later ones are further down. A longjmp takes frames away without
 * a word; that they are gone is seen when there is a call or a return above them.
 * Calls within more calls than there is room for are not in it. */
enum { MOST_OPEN = 60 };
static __thread struct {
    uint32_t  count;
    uintptr_t frames[MOST_OPEN];
} under_way;

/* How many frames there were below, or at, the place of this call. */
static uint32_t open_call(uintptr_t frame) {
    uint32_t count = under_way.count, lost = 0;
    while (count > 0 && under_way.frames[count - 1] <= frame) count--, lost++;
    if (count < MOST_OPEN) under_way.frames[count++] = frame;
    under_way.count = count;
    return lost;
}

/* How many there were below it. */
static uint32_t close_call(uintptr_t frame) {
    uint32_t count = under_way.count, lost = 0;
    while (count > 0 && under_way.frames[count - 1] < frame) count--, lost++;
    if (count > 0 && under_way.frames[count - 1] == frame) count--;
    under_way.count = count;
    return lost;
}

static void drop(const cstubs_probe *probe, uint32_t lost) {
    if (__builtin_expect(lost > 0, 0)) probe->recording.add_named("tel/dropped:unwound", lost);
}

/* ---- Results ---------------------------------------------------------------- */

static uint64_t word(const void *result) {
    uint64_t value;
    memcpy(&value, result, sizeof value);
    return value;
}

static bool is_error(const cstubs_probe *probe, const void *result) {
    switch (probe->result) {
    case CSTUBS_NOTHING: return false;
    case CSTUBS_SIGNED: return (int64_t)word(result) < 0;
    case CSTUBS_UNSIGNED: return word(result) == UINT64_MAX >> (64 - probe->least);
    case CSTUBS_POINTER: return word(result) == 0 || word(result) == UINT64_MAX >> (64 - probe->least);
    case CSTUBS_BOOL: return (word(result) & 0xff) == 0;
    case CSTUBS_FLOAT: {
        float value;
        memcpy(&value, result, sizeof value);
        return !(value >= 0);
    }
    case CSTUBS_DOUBLE: {
        double value;
        memcpy(&value, result, sizeof value);
        return !(value >= 0);
    }
    case CSTUBS_LONG_DOUBLE: {
        long double value;
        memcpy(&value, result, sizeof value);
        return !(value >= 0);
    }
    }
    return false;
}

/* Counts the result, and says whether it is an error. */
static bool count_result(const cstubs_probe *probe, const void *result) {
    if (!probe->is_list) {
        bool failed = is_error(probe, result);
        tel_counter *counter = failed ? probe->error : probe->ok;
        if (counter) probe->recording.add(counter, 1);
        return failed;
    }
    for (uint32_t at = 0; at < probe->count; at++) {
        if (probe->values[at].value != word(result)) continue;
        if (probe->values[at].counter) probe->recording.add(probe->values[at].counter, 1);
        return probe->values[at].is_error;
    }
    if (probe->other) probe->recording.add(probe->other, 1);
    return probe->other_is_error;
}

static void count_errno(const cstubs_probe *probe, int number) {
    const char *known = cstubs_errno_name(number);
    char name[4200];
    size_t length = strnlen(probe->errno_chart, sizeof name - 32);
    memcpy(name, probe->errno_chart, length);
    strcpy(name + length, known ? known : "other");
    probe->recording.add_named(name, 1);
}

/* ---- Calls ------------------------------------------------------------------ */

static uint64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void count(void *context) {
    const cstubs_probe *probe = context;
    probe->recording.add(probe->calls, 1);
}

static void before(tel_call *call) {
    const cstubs_probe *probe = call->context;
    probe->recording.add(probe->calls, 1);
    drop(probe, open_call((uintptr_t)call->frame));
    if (probe->latency) call->own = nanoseconds();
}

static void after(tel_call *call) {
    const cstubs_probe *probe = call->context;
    if (probe->latency) probe->recording.record(probe->latency, nanoseconds() - call->own);
    drop(probe, close_call((uintptr_t)call->frame));
    if (probe->result == CSTUBS_NOTHING || !call->result) return;
    bool failed = count_result(probe, call->result);
    if (failed && probe->errno_chart && call->error != 0) count_errno(probe, call->error);
}

static void unwound(tel_call *call) {
    const cstubs_probe *probe = call->context;
    drop(probe, close_call((uintptr_t)call->frame) + 1);
}

/* ---- Probes ----------------------------------------------------------------- */

cstubs_probe *cstubs_probe_new(void) { return calloc(1, sizeof(cstubs_probe)); }

void cstubs_probe_free(cstubs_probe *probe) {
    if (!probe) return;
    if (probe->is_stub) cstubs_free(probe->function);
    else if (probe->made) probe->table->free(probe->state, probe->made);
    free(probe->values);
    free(probe->errno_chart);
    free(probe);
}

bool cstubs_probe_list(cstubs_probe *probe, uint32_t count) {
    probe->is_list = true;
    probe->values = calloc(count ? count : 1, sizeof *probe->values);
    if (probe->values) probe->count = count;
    return probe->values != NULL;
}

bool cstubs_probe_errno(cstubs_probe *probe, const char *chart) {
    probe->errno_chart = strdup(chart);
    return probe->errno_chart != NULL;
}

tel_status cstubs_probe_make(cstubs_probe *probe, const char *signature, tel_function target) {
    const tel_trampoline *table = probe->table;
    if (!probe->latency && probe->result == CSTUBS_NOTHING)
        return table->make ? table->make(probe->state, signature, target, count, NULL, probe, &probe->function, &probe->made) : TEL_E_UNSUPPORTED;
    if (table->size < offsetof(tel_trampoline, watch) + sizeof table->watch || !table->watch) return TEL_E_UNSUPPORTED;
    return table->watch(probe->state, signature, target, before, after, unwound, probe, &probe->function, &probe->made);
}
