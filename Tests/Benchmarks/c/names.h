/* names.h - so many names of 24 bytes, in use in an order that nobody guesses. */
#ifndef NAMES_H
#define NAMES_H

#include "timing.h"

struct names {
    long count;
    char (*text)[32];    /* as a program has them */
    char (*stored)[32];  /* the same, where a table of names would have them */
    int *order;
};

static struct names names;

static inline void make_names(long count) {
    unsigned seed = 12345;
    names.count = count;
    names.text = (char(*)[32])calloc((size_t)count, 32);
    names.stored = (char(*)[32])calloc((size_t)count, 32);
    names.order = (int *)calloc((size_t)count, sizeof(int));
    for (long at = 0; at < count; at++) {
        snprintf(names.text[at], 32, "gopls/counter/nr:%07ld", at % 10000000);
        memcpy(names.stored[at], names.text[at], 32);
        names.order[at] = (int)at;
    }
    for (long at = count - 1; at > 0; at--) {
        seed = seed * 1664525 + 1013904223;
        long other = (long)((seed >> 8) % (unsigned)(at + 1));
        int kept = names.order[at];
        names.order[at] = names.order[other];
        names.order[other] = kept;
    }
}

/* Does something with the names in their order, from where it stopped. */
#define WITH_NAMES(name, place, times, body)                         \
    do {                                                             \
        static long next;                                            \
        for (long done = 0; done < (times); done++) {                \
            long place = names.order[next];                          \
            const char *name = names.text[place];                    \
            if (++next == names.count) next = 0;                     \
            (void)name;                                              \
            body;                                                    \
        }                                                            \
    } while (0)

/* Counts every name for the first time. What one takes in the second half, when
 * half of them are there, is printed as "new". */
static inline void count_first(void (*count)(const char *)) {
    int64_t start = 0;
    for (long at = 0; at < names.count; at++) {
        if (at == names.count / 2) start = nanoseconds();
        count(names.text[names.order[at]]);
    }
    printf("new %.3f\n", (double)(nanoseconds() - start) / (double)(names.count - names.count / 2));
}

#endif
