/* Between libtel.so and tel/libtel-delivery.so, which is beside it and has what
 * uploads, plugins, and the rules of both, and what reads reports. It is loaded when it is first needed:
 * a program that counts does not carry it. Nobody else may rely on this. */
#ifndef TEL_DELIVERY_H
#define TEL_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tel.h"

struct tel_stack_provider;    /* of tel/plugin.h */

/* What libtel.so offers. */
typedef struct delivery_core {
    uint32_t size;
    uint32_t version;                                        /* TEL_VERSION: both must be of one build */
    void (*set_message)(const void *bytes, size_t count);    /* of this thread, for tel_error_message */
    void (*log)(tel_level level, const void *bytes, size_t count);
    void (*count)(const char *name, uint64_t n);
    void (*take_provider)(const struct tel_stack_provider *table, void *state);    /* of a plugin that walks or names stacks */
} delivery_core;

/* One upload. libtel.so has looked at all layers of consent; the mode file is
 * read again before each document that is sent. */
typedef struct delivery_job {
    uint32_t size;
    uint32_t flags;              /* 0 */
    const char *directory;
    const char *vendor;
    const char *program;
    const char *destination;
    int64_t now;                 /* Unix seconds, of the host's clock */
    uint32_t timeout_ms;         /* 0: 60 s */
    tel_flush_result *result;    /* never NULL */
} delivery_job;

/* What libtel-delivery.so offers. `directory`: the telemetry directory, "" if there is none. */
typedef struct delivery {
    uint32_t size;
    uint32_t version;
    tel_status (*load)(const char *path, const char *settings, const char *directory);
    tel_status (*enlist)(const struct tel_plugin *plugin, const char *settings, const char *directory);
    tel_status (*deliver)(const delivery_job *job);
    tel_status (*load_stacks)(const char *directory);    /* the folder's plugins that walk or name stacks */
    /* Those of processes that have died, of all programs. In mode off they are
     * forgotten. In passing: within a few milliseconds. */
    void (*count_crashes)(const char *directory, tel_mode mode, int64_t now, bool in_passing);
    tel_status (*find)(const char *interface_id, const char *directory, const void **table, void **state);    /* of the plugin that offers it */
    /* tel_report_visit and tel_report_export, of the file that is meant. */
    tel_status (*visit)(const char *path, const tel_visitor *visitor);
    tel_status (*export_report)(const char *path, const char *format, tel_write_fn write, void *context, const char *directory);
} delivery;

/* Its one export. NULL: the versions differ. */
__attribute__((visibility("default"))) const delivery *tel_delivery_entry(const delivery_core *core);

#endif
