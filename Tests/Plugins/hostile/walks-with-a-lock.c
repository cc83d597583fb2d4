#include <execinfo.h>
#include <pthread.h>
#include <stdint.h>
static uint32_t walk(uintptr_t *, uint32_t);
#define MANIFEST TEL_PLUGIN_MANIFEST("name hostile\nversion 1\nsummary walks badly\ntransport hostile\nstack-provider asked\n")
#define UNWIND return walk(pcs, capacity);
#include "hostile.h"

/* Waits for itself when a signal handler interrupts it. */
static uint32_t walk(uintptr_t *pcs, uint32_t capacity) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    uint32_t count = capacity == 0 ? 0 : (uint32_t)backtrace((void **)pcs, (int)capacity);
    pthread_mutex_unlock(&lock);
    return count;
}
