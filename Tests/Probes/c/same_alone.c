/* same.c without libtel: functions are made by the C of stubs and of the plugin,
 * which is in this program, and count into a counter of the test's own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cstubs.h"

struct tel_counter { uint64_t *cell; };
static uint64_t cell;
static struct tel_counter counter = {&cell};

static void add(tel_counter *to, uint64_t n) { *to->cell += n; }
static void add_named(const char *name, uint64_t n) { (void)name, (void)n; }
static void record(tel_histogram *histogram, uint64_t value) { (void)histogram, (void)value; }

struct tel_probe { cstubs_probe probe; };

static tel_status probe_new(tel_probe **made, const char *name, const char *signature, tel_function target, uint32_t flags) {
    (void)name;
    cstubs_probe *probe = cstubs_probe_new();
    probe->recording = (cstubs_recording){add, add_named, record};
    probe->calls = &counter;
    tel_status status = TEL_OK;
    if (flags == 0) {
        probe->is_stub = true;
        probe->function = cstubs_new(&counter, target);
    } else {
        probe->table = tel_plugin_entry()->query(TEL_TRAMPOLINE);
        probe->latency = (tel_histogram *)&counter;
        status = cstubs_probe_make(probe, signature, target);
    }
    *made = (tel_probe *)probe;
    return status;
}

static tel_function probe_function(const tel_probe *probe) { return probe->probe.function; }
static void probe_free(tel_probe *probe) { cstubs_probe_free(&probe->probe); }
static tel_status read_cell(const char *name, uint64_t *value) {
    (void)name;
    *value = cell;
    return TEL_OK;
}

#define tel_probe_new probe_new
#define tel_probe_function probe_function
#define tel_probe_free probe_free
#define tel_counter_read read_cell
#define tel_error_message() ""
#include "same.c"
