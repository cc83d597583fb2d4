#include "entry.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

_Alignas(64) unsigned char entry_recorder_[ENTRY_RECORDER_LENGTH];
entry_state entry = {.report_lock = -1};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_t holder;
static volatile bool is_held;

void entry_lock(void) {
    pthread_mutex_lock(&mutex);
    holder = pthread_self();
    is_held = true;
}

void entry_unlock(void) {
    is_held = false;
    pthread_mutex_unlock(&mutex);
}

static pthread_mutex_t reports_mutex = PTHREAD_MUTEX_INITIALIZER;
static bool is_forking; /* a fork has the mutex, in this thread; written by who has it */
static pthread_t forker;

void entry_reports_lock(void) { pthread_mutex_lock(&reports_mutex); }
void entry_reports_unlock(void) { pthread_mutex_unlock(&reports_mutex); }

/* A fork in a signal handler may have interrupted the holder: no waiting for ever. */
static void before_fork(void) {
    int turns = 0;
    bool has_it;
    while (!(has_it = pthread_mutex_trylock(&reports_mutex) == 0) && ++turns < 10000) sched_yield();
    if (!has_it) return;
    forker = pthread_self();
    is_forking = true;
}

static void in_parent(void) {
    if (!is_forking || forker != pthread_self()) return;
    is_forking = false;
    pthread_mutex_unlock(&reports_mutex);
}

/* The child has one thread, a copy of the one that forked. A lock that another
 * thread held will never be given back, and what it guarded may be half
 * changed. Its copy of the report lock must be closed, never unlocked: unlocking
 * would let other reporters in while the parent is at work. */
static void in_child(void) {
    if (is_held && holder != pthread_self()) entry.is_forked = true;
    is_held = false;
    pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;
    mutex = fresh;
    reports_mutex = fresh;
    is_forking = false;
    if (entry.report_lock >= 0) close(entry.report_lock);
    entry.report_lock = -1;
    entry.is_reporting = false;
    if (entry.flags & TEL_ROTATE) entry.thread_is_wanted = true;
    entry_forget();
    entry_forget_speakers();
}

/* From the start: a program may count, and fork, before it opens. */
__attribute__((constructor)) static void watch_forks(void) { pthread_atfork(before_fork, in_parent, in_child); }
