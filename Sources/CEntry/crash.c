/* tel_crash_watch and tel_crash_thread: libtel-crash.so does it. */
#include "crash.h"
#include "entry.h"

#include <errno.h>

typedef tel_status (*crash_entry)(const crash_job *);

/* Threads ask again and again: looked for, checked and loaded once. */
static crash_entry get(void) {
    static crash_entry loaded;
    crash_entry found = __atomic_load_n(&loaded, __ATOMIC_ACQUIRE);
    if (!found) {
        found = (crash_entry)entry_companion("libtel-crash.so", "crashes cannot be watched", "tel_crash_entry");
        __atomic_store_n(&loaded, found, __ATOMIC_RELEASE);
    }
    return found;
}

static tel_status ask(uint32_t flags, bool is_thread) {
    int error = errno;
    tel_status status = TEL_E_UNSUPPORTED;
    crash_entry entry;
    if (tel_get_mode() == TEL_MODE_OFF) {
        status = entry_refuse(TEL_E_OFF, "telemetry is off");
    } else if ((entry = get())) {
        crash_job job = {TEL_VERSION, flags, is_thread, tel_counter_file(), entry_set_message};
        status = entry(&job);
    }
    errno = error;
    return status;
}

tel_status tel_crash_watch(uint32_t flags) { return ask(flags, false); }

tel_status tel_crash_thread(void) { return ask(0, true); }
