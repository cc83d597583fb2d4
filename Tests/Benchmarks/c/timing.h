/* timing.h - what a short thing takes, in nanoseconds: several are done in
 * turns, many times each, and the median of the turns counts. */
#ifndef TIMING_H
#define TIMING_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tel.h>

/* A loop that is not inlined, so that every case is called alike. */
#define LOOP static __attribute__((noinline)) void

#define TURNS 31

struct timed {
    const char *name;
    void (*run)(long times);
};

static inline int64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int compare_doubles(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static inline double median(double *values, int count) {
    qsort(values, (size_t)count, sizeof *values, compare_doubles);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static inline void in_turns(const struct timed *cases, int count, long times) {
    double *took = (double *)calloc((size_t)count * TURNS, sizeof *took);
    for (int turn = -1; turn < TURNS; turn++) { /* the first is to warm up */
        for (int at = 0; at < count; at++) {
            int64_t start = nanoseconds();
            cases[at].run(times);
            if (turn >= 0) took[at * TURNS + turn] = (double)(nanoseconds() - start) / (double)times;
        }
    }
    for (int at = 0; at < count; at++) printf("%s %.3f\n", cases[at].name, median(took + at * TURNS, TURNS));
    free(took);
}

static inline void open_in(const char *directory) {
    tel_config config = TEL_INIT(tel_config);
    config.directory = directory;
    config.program = "example.com/bench";
    config.version = "v1";
    config.flags = TEL_NO_REPORT;
    config.max_names = 100000;
    if (tel_open(&config) == TEL_OK) return;
    fprintf(stderr, "%s\n", tel_error_message());
    exit(1);
}

/* The bare instruction: what an add costs at least. */
static inline void bare_add(uint64_t *cell) {
#if defined(__x86_64__)
    uint64_t one = 1;
    __asm__ volatile("lock xaddq %0, %1" : "+r"(one), "+m"(*cell) : : "memory");
#else
    volatile uint64_t old = __atomic_fetch_add(cell, 1, __ATOMIC_SEQ_CST);
    (void)old;
#endif
}

/* The cell that a handle adds to now; see tel_counter in tel.h. */
static inline uint64_t *cell_of(tel_counter *counter) {
    return __atomic_load_n((uint64_t **)(void *)counter, __ATOMIC_ACQUIRE);
}

#endif
