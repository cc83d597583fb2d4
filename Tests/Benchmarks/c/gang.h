/* gang.h - threads that do the same thing at the same time, each on a core of its
 * own as far as there are any. */
#ifndef GANG_H
#define GANG_H

#include <pthread.h>
#include <sched.h>
#include "timing.h"

#define GANG_MOST 64

typedef void (*gang_work)(int member, long times);

struct member {
    int at, gang;
    gang_work work;
    long times;
    int64_t start, end;
};

static int gang_ready;

static inline int gang_cpu(int at) {
    cpu_set_t allowed;
    sched_getaffinity(0, sizeof allowed, &allowed);
    at %= CPU_COUNT(&allowed);
    for (int cpu = 0;; cpu++)
        if (CPU_ISSET(cpu, &allowed) && at-- == 0) return cpu;
}

static inline void *gang_run(void *given) {
    struct member *mine = (struct member *)given;
    __atomic_add_fetch(&gang_ready, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&gang_ready, __ATOMIC_SEQ_CST) < mine->gang)
        if (mine->gang > 2) sched_yield();
    mine->start = nanoseconds();
    mine->work(mine->at, mine->times);
    mine->end = nanoseconds();
    return NULL;
}

/* From the first one's start to the last one's end, for each of a member's. */
static inline double gang_takes(int count, gang_work work, long times) {
    struct member members[GANG_MOST];
    pthread_t threads[GANG_MOST];
    gang_ready = 0;
    for (int at = 0; at < count; at++) {
        cpu_set_t here;
        pthread_attr_t attributes;
        members[at] = (struct member){at, count, work, times, 0, 0};
        CPU_ZERO(&here);
        CPU_SET(gang_cpu(at), &here);
        pthread_attr_init(&attributes);
        pthread_attr_setaffinity_np(&attributes, sizeof here, &here);
        if (pthread_create(&threads[at], &attributes, gang_run, &members[at]) != 0) exit(1);
        pthread_attr_destroy(&attributes);
    }
    int64_t start = INT64_MAX, end = 0;
    for (int at = 0; at < count; at++) {
        pthread_join(threads[at], NULL);
        if (members[at].start < start) start = members[at].start;
        if (members[at].end > end) end = members[at].end;
    }
    return (double)(end - start) / (double)times;
}

struct gang_case {
    const char *name;
    gang_work work;
};

/* In turns, as in_turns does. */
static inline void gang_in_turns(const struct gang_case *cases, int count, int gang, long times) {
    double *took = (double *)calloc((size_t)count * TURNS, sizeof *took);
    for (int turn = -1; turn < TURNS; turn++) {
        for (int at = 0; at < count; at++) {
            double one = gang_takes(gang, cases[at].work, times);
            if (turn >= 0) took[at * TURNS + turn] = one;
        }
    }
    for (int at = 0; at < count; at++) printf("%s %.3f\n", cases[at].name, median(took + at * TURNS, TURNS));
    free(took);
}

#endif
