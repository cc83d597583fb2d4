/* threads.c - threads on counters of their own and on one together, through
 * libtel and by the bare instruction on the same addresses:
 *     threads TIMES DIRECTORY THREADS
 * Prints what an add takes for each thread, and how many of 32 counters, made one
 * after the other, share a cache line with another. */
#define _GNU_SOURCE
#include "gang.h"

#define LINE 64
#define COUNTERS 32

static tel_counter *counters[COUNTERS];
static uint64_t *cells[COUNTERS];

static void add(int at, long times) {
    tel_counter *counter = counters[at];
    for (long done = 0; done < times; done++) tel_add(counter, 1);
}

static void add_bare(int at, long times) {
    uint64_t *cell = cells[at];
    for (long done = 0; done < times; done++) bare_add(cell);
}

static void apart(int member, long times) { add(member, times); }
static void apart_bare(int member, long times) { add_bare(member, times); }
static void together(int member, long times) { (void)member, add(0, times); }
static void together_bare(int member, long times) { (void)member, add_bare(0, times); }

static int shares_a_line(int at) {
    for (int other = 0; other < COUNTERS; other++)
        if (other != at && (uintptr_t)cells[other] / LINE == (uintptr_t)cells[at] / LINE) return 1;
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    open_in(argv[2]);
    for (int at = 0; at < COUNTERS; at++) {
        char name[32]; /* short: two of the records fit into a line */
        snprintf(name, sizeof name, "editor/hot:%02d", at);
        counters[at] = tel_counter_named(name);
        cells[at] = cell_of(counters[at]);
    }
    int shared = 0;
    for (int at = 0; at < COUNTERS; at++) shared += shares_a_line(at);
    printf("sharing %d\n", shared);
    const struct gang_case cases[] = {
        {"apart-bare", apart_bare}, {"apart", apart}, {"together-bare", together_bare}, {"together", together}};
    gang_in_turns(cases, 4, atoi(argv[3]), atol(argv[1]));
    return 0;
}
