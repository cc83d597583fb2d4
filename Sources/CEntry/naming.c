/* Asks libtel-stacks.so for the names of stacks. Where it is missing, frames are
 * given by the place in their library: telemetry goes on. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "entry.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

static const stacks *loaded;
static bool is_missing;

/* No lock: the dynamic linker has one, and may be in a constructor of the host
 * that counts a stack. Two threads that load it get the same. */
const stacks *entry_stacks(void) {
    const stacks *found = __atomic_load_n(&loaded, __ATOMIC_ACQUIRE);
    if (found || __atomic_load_n(&is_missing, __ATOMIC_RELAXED)) return found;
    const stacks *(*ask)(uint32_t) = NULL;
    if (!getauxval(AT_SECURE)) ask = (const stacks *(*)(uint32_t))entry_companion("libtel-stacks.so", "stacks have no names", "tel_stacks_entry");
    found = ask ? ask(TEL_VERSION) : NULL;
    if (found) {
        __atomic_store_n(&loaded, found, __ATOMIC_RELEASE);
    } else if (!__atomic_exchange_n(&is_missing, true, __ATOMIC_RELAXED)) {
        const char *why = tel_error_message();
        entry_log(TEL_WARNING, why, strlen(why));
    }
    return found;
}

/* Without ditto marks, which shorten and mean the same; as long as whole frames fit. */
static size_t write_plainly(const stacks_job *job, char *into) {
    int length = snprintf(into, STACKS_MOST, "%s", job->name);
    if (length >= STACKS_MOST) return STACKS_MOST;
    for (uint32_t at = 0; at < job->count; at++) {
        char place[32];
        tel_frame frame = {"unknown", "0x0", 0, 0, TEL_FRAME_INLINED, 0};
        if (job->frames) {
            frame = job->frames[at];
        } else {
            Dl_info info;
            uintptr_t address = (uintptr_t)job->addresses[at] - 1;
            if (dladdr((void *)address, &info) && info.dli_fname) {
                const char *slash = strrchr(info.dli_fname, '/');
                frame.scope = slash ? slash + 1 : info.dli_fname;
                snprintf(place, sizeof place, "0x%lx", address - (uintptr_t)info.dli_fbase);
                frame.function = place;
            }
        }
        if (!frame.scope) frame.scope = "";
        if (!frame.function) frame.function = "";
        int room = STACKS_MOST - length;
        int more = snprintf(into + length, (size_t)room, frame.flags & TEL_FRAME_INLINED ? "\n%.*s.%.*s:=%ld,+0x%lx" : "\n%.*s.%.*s:%+ld,+0x%lx",
                            (int)strcspn(frame.scope, job->frames ? "\n" : ".\n\""), frame.scope, (int)strcspn(frame.function, "\n"), frame.function,
                            (long)frame.line, (unsigned long)frame.offset);
        if (more >= room) break;
        length += more;
    }
    return (size_t)length;
}

tel_counter *entry_stack(const stacks_job *job) {
    char text[STACKS_MOST];
    const stacks *names = entry_stacks();
    return entry_add_stack(job->name, text, names ? names->write(job, text) : write_plainly(job, text));
}
