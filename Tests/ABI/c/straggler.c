/* A process that counts as fast as it can, with a clock that the test moves,
 * until it is told to end; the test stops it meanwhile wherever it is.
 *
 *     straggler rotate|stay [orphan]
 *
 * "rotate": a thread rotates all the time. "orphan": a forked child does it all,
 * and the process that opened leaves at once. The file "shared" has the clock,
 * whether to end, the process's id, and how often each thread has added. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "check.h"

enum { HANDLE, NAME, NEW, CELL, THREADS };

static struct shared {
    _Atomic int64_t clock, end, pid, ended;
    _Atomic uint64_t added[THREADS];
} *shared;

static bool must_end(void) { return atomic_load(&shared->end) != 0; }
static int64_t now(void) { return atomic_load(&shared->clock); }

static void *by_handle(void *handle) {
    for (; !must_end(); shared->added[HANDLE]++) tel_add(handle, 1);
    return NULL;
}

static void *by_name(void *unused) {
    for (; !must_end(); shared->added[NAME]++) tel_counter_inc("s/name");
    return unused;
}

/* New ones: each may make the file grow. */
static void *by_new_name(void *unused) {
    char name[200];
    memset(name, 'n', 100);
    for (uint64_t n = 0; !must_end(); shared->added[NEW]++) {
        snprintf(name + 100, 100, "/%" PRIu64, n++ % 900);
        tel_counter_inc(name);
    }
    return unused;
}

/* As tel.h allows: loads the cell, and adds to it some time later. */
static void *by_cell(void *handle) {
    for (; !must_end(); shared->added[CELL]++) {
        _Atomic uint64_t *cell = atomic_load((_Atomic(_Atomic uint64_t *) *)handle);
        usleep(500);
        atomic_fetch_add(cell, 1);
    }
    return NULL;
}

static void *rotate(void *unused) {
    while (!must_end()) {
        CHECK_STATUS(tel_rotate(), TEL_OK);
        usleep(1000);
    }
    return unused;
}

int main(int count, char **arguments) {
    CHECK(count >= 2);
    int fd = open("shared", O_RDWR);
    CHECK(fd >= 0);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(shared != MAP_FAILED);
    close(fd);
    tel_config config = check_config();
    config.flags = 0;
    config.now = now;
    config.max_names = 10000;
    CHECK_STATUS(tel_open(&config), TEL_OK);
    tel_counter *handle = tel_counter_named("s/handle"), *cell = tel_counter_named("s/cell");
    tel_add(handle, 1);
    shared->added[HANDLE]++;
    if (count > 2 && fork() != 0) return 0;

    void *(*const bodies[])(void *) = {by_handle, by_name, by_new_name, by_cell, rotate};
    pthread_t threads[THREADS + 1];
    int used = strcmp(arguments[1], "rotate") == 0 ? THREADS + 1 : THREADS;
    for (int i = 0; i < used; i++) CHECK(pthread_create(&threads[i], NULL, bodies[i], i == CELL ? cell : handle) == 0);
    shared->pid = getpid();
    for (int i = 0; i < used; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    /* What was added to memory while there was no file is in it now. */
    CHECK_STATUS(tel_rotate(), TEL_OK);
    shared->ended = 1;
    return 0;
}
