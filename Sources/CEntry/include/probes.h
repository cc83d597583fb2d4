/* Between libtel.so and tel/libtel-probes.so, which is beside it and makes
 * functions that count their calls. It is loaded by tel_probe_new. Nobody else
 * may rely on this. */
#ifndef TEL_PROBES_H
#define TEL_PROBES_H

#include <stddef.h>
#include <stdint.h>

#include "tel.h"

/* What libtel.so offers. */
typedef struct probes_core {
    uint32_t size;
    uint32_t version;                                        /* TEL_VERSION: both must be of one build */
    void (*set_message)(const void *bytes, size_t count);    /* of this thread, for tel_error_message */
    tel_counter *(*counter_named)(const char *name);
    void (*add)(tel_counter *counter, uint64_t n);
    void (*add_named)(const char *name, uint64_t n);
    tel_status (*histogram_named)(tel_histogram **histogram, const char *chart, tel_unit unit, const uint64_t *bounds, size_t count);
    void (*histogram_record)(tel_histogram *histogram, uint64_t value);
    /* Finds the table and the state of a plugin that offers this interface, and loads it first. */
    tel_status (*find)(const char *interface_id, const void **table, void **state);
} probes_core;

/* What libtel-probes.so offers. */
typedef struct probes {
    uint32_t size;
    uint32_t version;
    tel_status (*make)(tel_probe **probe, const char *counter, const char *signature, tel_function target, uint32_t flags);
    tel_function (*function)(const tel_probe *probe);
    void (*free)(tel_probe *probe);
} probes;

/* Its one export. NULL: the versions differ. */
__attribute__((visibility("default"))) const probes *tel_probes_entry(const probes_core *core);

#endif
