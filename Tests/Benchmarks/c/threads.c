/* threads.c - two threads on two counters and on one, through libtel and by the
 * bare instruction on the same addresses: threads TIMES DIRECTORY
 * Prints what an add takes for each thread, and how many of 32 counters, made one
 * after the other, share a cache line with another. */
#define _GNU_SOURCE
#include "timing.h"

#include <pthread.h>
#include <sched.h>

#define LINE 64

static tel_counter *counters[2];
static uint64_t *cells[2];
static long each;
static int cpus[2], ready;

struct work {
    int at, counter, bare;
    int64_t start, end;
};

static void *work(void *given) {
    struct work *mine = given;
    cpu_set_t here;
    CPU_ZERO(&here);
    CPU_SET(cpus[mine->at], &here);
    pthread_setaffinity_np(pthread_self(), sizeof here, &here);
    tel_counter *counter = counters[mine->counter];
    uint64_t *cell = cells[mine->counter];
    __atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&ready, __ATOMIC_SEQ_CST) < 2) continue;
    mine->start = nanoseconds();
    if (mine->bare) {
        for (long at = 0; at < each; at++) bare_add(cell);
    } else {
        for (long at = 0; at < each; at++) tel_add(counter, 1);
    }
    mine->end = nanoseconds();
    return NULL;
}

/* From the first thread's start to the last one's end, for each of its adds. */
static void both(int second, int bare, long times) {
    struct work works[2] = {{.at = 0, .counter = 0, .bare = bare}, {.at = 1, .counter = second, .bare = bare}};
    pthread_t threads[2];
    each = times;
    ready = 0;
    for (int at = 0; at < 2; at++) pthread_create(&threads[at], NULL, work, &works[at]);
    for (int at = 0; at < 2; at++) pthread_join(threads[at], NULL);
}

LOOP apart(long times) { both(1, 0, times); }
LOOP apart_bare(long times) { both(1, 1, times); }
LOOP together(long times) { both(0, 0, times); }
LOOP together_bare(long times) { both(0, 1, times); }

static void find_cpus(void) {
    cpu_set_t allowed;
    int found = 0;
    sched_getaffinity(0, sizeof allowed, &allowed);
    for (int cpu = 0; cpu < CPU_SETSIZE && found < 2; cpu++)
        if (CPU_ISSET(cpu, &allowed)) cpus[found++] = cpu;
    if (found < 2) cpus[1] = cpus[0];
}

/* Short names: two of their records go into a line. */
static int sharing(void) {
    uint64_t *made[32];
    int shared = 0;
    for (int at = 0; at < 32; at++) {
        char name[32];
        snprintf(name, sizeof name, "editor/hot:%02d", at);
        made[at] = cell_of(tel_counter_named(name));
    }
    for (int at = 0; at < 32; at++) {
        for (int other = 0; other < 32; other++) {
            if (other == at || (uintptr_t)made[other] / LINE != (uintptr_t)made[at] / LINE) continue;
            shared++;
            break;
        }
    }
    return shared;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    open_in(argv[2]);
    find_cpus();
    printf("sharing %d\n", sharing());
    counters[0] = tel_counter_named("editor/hot:00");
    counters[1] = tel_counter_named("editor/hot:01");
    for (int at = 0; at < 2; at++) cells[at] = cell_of(counters[at]);
    const struct timed cases[] = {
        {"apart-bare", apart_bare}, {"apart", apart}, {"together-bare", together_bare}, {"together", together}};
    in_turns(cases, 4, atol(argv[1]));
    return 0;
}
