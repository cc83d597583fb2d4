/* names.h - so many names of 24 bytes, in use in an order that nobody guesses. */
#ifndef NAMES_H
#define NAMES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct names {
    long count;
    char (*text)[32];    /* as a program has them */
    char (*stored)[32];  /* the same, where a table of names would have them */
    int *order;
};

static inline struct names names_of(long count) {
    struct names made = {count, (char(*)[32])calloc((size_t)count, 32), (char(*)[32])calloc((size_t)count, 32),
                         (int *)calloc((size_t)count, sizeof(int))};
    unsigned seed = 12345;
    for (long at = 0; at < count; at++) {
        snprintf(made.text[at], 32, "gopls/counter/nr:%07ld", at);
        memcpy(made.stored[at], made.text[at], 32);
        made.order[at] = (int)at;
    }
    for (long at = count - 1; at > 0; at--) {
        seed = seed * 1664525 + 1013904223;
        long other = (long)((seed >> 8) % (unsigned)(at + 1));
        int kept = made.order[at];
        made.order[at] = made.order[other];
        made.order[other] = kept;
    }
    return made;
}

/* Does something with the names in their order, from where it stopped. */
#define WITH_NAMES(names, name, place, times, body)                  \
    do {                                                             \
        static long next;                                            \
        for (long done = 0; done < (times); done++) {                \
            long place = (names).order[next];                        \
            const char *name = (names).text[place];                  \
            if (++next == (names).count) next = 0;                   \
            (void)name;                                              \
            body;                                                    \
        }                                                            \
    } while (0)

#endif
