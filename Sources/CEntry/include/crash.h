/* Between libtel.so and tel/libtel-crash.so, which is beside it and watches for
 * crashes. It is loaded by tel_crash_watch. Nobody else may rely on this. */
#ifndef TEL_CRASH_H
#define TEL_CRASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tel.h"

typedef struct crash_job {
    uint32_t version;           /* TEL_VERSION: both must be of one build */
    uint32_t flags;             /* of tel_crash_watch */
    bool is_thread;             /* an alternate stack for this thread, and no more */
    const char *counter_file;   /* of this process, "" if there is none */
    void (*set_message)(const void *bytes, size_t count);    /* of this thread, for tel_error_message */
} crash_job;

/* Its one export. */
__attribute__((visibility("default"))) tel_status tel_crash_entry(const crash_job *job);

#endif
