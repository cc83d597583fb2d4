/* The host's functions are called from here and not from Swift: a debugger, a
 * profiler or a crash handler in them sees the whole stack. */
#include "entry.h"

#include <pthread.h>
#include <string.h>

static tel_log_fn logger;
static void *logger_context;

void tel_set_logger(tel_log_fn log, void *context) {
    logger = NULL;
    logger_context = context;
    logger = log;
}

bool entry_has_logger(void) { return logger != NULL; }

/* Threads that are in the logger. A logger that counts, and whose count is
 * dropped, is not told of that: it would come here for ever. */
#define MOST_SPEAKERS 16
static pthread_t speakers[MOST_SPEAKERS];
static bool is_speaking[MOST_SPEAKERS];

/* A place among the speakers, negative if there is none or this thread has one. */
static int speak(void) {
    int place = -1;
    for (int at = 0; at < MOST_SPEAKERS; at++) {
        if (__atomic_load_n(&is_speaking[at], __ATOMIC_SEQ_CST)) {
            /* Recording comes here, and calls nothing that it need not. */
            if (__atomic_load_n(&speakers[at], __ATOMIC_SEQ_CST) == pthread_self()) {
                if (place >= 0) __atomic_store_n(&is_speaking[place], false, __ATOMIC_SEQ_CST);
                return -1;
            }
        } else if (place < 0 && !__atomic_exchange_n(&is_speaking[at], true, __ATOMIC_SEQ_CST)) {
            __atomic_store_n(&speakers[at], pthread_self(), __ATOMIC_SEQ_CST);
            place = at;
        }
    }
    return place;
}

void entry_forget_speakers(void) {
    for (int at = 0; at < MOST_SPEAKERS; at++) {
        if (speakers[at] != pthread_self()) is_speaking[at] = false;
    }
}

void entry_log(tel_level level, const void *bytes, size_t count) {
    tel_log_fn log = logger;
    if (log == NULL) return;
    int place = speak();
    if (place < 0) return;
    char message[512];
    count = entry_shortened(bytes, count, sizeof message - 1);
    memcpy(message, bytes, count);
    message[count] = 0;
    log(logger_context, level, message);
    __atomic_store_n(&is_speaking[place], false, __ATOMIC_SEQ_CST);
}
