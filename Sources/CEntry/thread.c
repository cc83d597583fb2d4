#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "entry.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

/* Room for a report of many weeks, and small beside the usual 8 MiB. glibc puts
 * the host's thread-local variables into the stack, too: they come on top. */
#define STACK_SIZE (128 << 10)

static void set_stack_size(pthread_attr_t *attributes) {
    size_t (*least)(const pthread_attr_t *) = (size_t (*)(const pthread_attr_t *))dlsym(RTLD_DEFAULT, "__pthread_get_minstack");
    /* Where that is not to be had, the usual size is safe. */
    if (least) pthread_attr_setstacksize(attributes, (least(attributes) + STACK_SIZE + 0xffff) & ~(size_t)0xffff);
}

/* time(2) is behind by a clock tick at most: 10 ms where there are fewest. */
#define COARSE 20000000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_t thread;
static pid_t owner; /* the process that has the thread, 0 for none */
static bool must_stop;

/* The clock of the calendar: a laptop that slept, or whose clock was set, is
 * noticed when it wakes. */
static void *run(void *unused) {
    (void)unused;
    pthread_mutex_lock(&mutex);
    while (!must_stop) {
        pthread_mutex_unlock(&mutex);
        int64_t now = entry_clock();
        int64_t milliseconds = entry_tick(now);
        entry_start_uploader(false);
        entry_count_crashes_of_the_day();
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        if (entry.now == NULL) {
            /* From the whole second that was told, or the week's end would be
             * met late by what had passed of it. */
            until.tv_sec = now;
            until.tv_nsec = COARSE;
        }
        until.tv_sec += milliseconds / 1000;
        until.tv_nsec += milliseconds % 1000 * 1000000;
        if (until.tv_nsec >= 1000000000) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000;
        }
        pthread_mutex_lock(&mutex);
        if (!must_stop) pthread_cond_timedwait(&condition, &mutex, &until);
    }
    pthread_mutex_unlock(&mutex);
    return NULL;
}

int entry_thread_start(void) {
    if (owner == getpid()) return 0;
    /* After a fork these may have been in use by the thread that stayed behind. */
    pthread_mutex_t fresh_mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t fresh_condition = PTHREAD_COND_INITIALIZER;
    mutex = fresh_mutex;
    condition = fresh_condition;
    must_stop = false;

    pthread_attr_t attributes;
    int status = pthread_attr_init(&attributes);
    if (status != 0) return status;
    set_stack_size(&attributes);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    status = pthread_create(&thread, &attributes, run, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (status == 0) {
        owner = getpid();
        pthread_setname_np(thread, "tel-rotate");
    }
    return status;
}

void entry_thread_stop(void) {
    if (owner != getpid()) return;
    pthread_mutex_lock(&mutex);
    must_stop = true;
    pthread_cond_signal(&condition);
    pthread_mutex_unlock(&mutex);
    pthread_join(thread, NULL);
    owner = 0;
}
