/* tally.h - what an actor knows that it has added, in a file that outlives it.
 *
 * | offset | what, for each name                                            |
 * |--------|----------------------------------------------------------------|
 * | 0      | 8 bytes: added, and the call has returned                      |
 * | 8      | 8 bytes: being added; may be counted, or not, if it was killed |
 *
 * One file for each thread: nothing in it is shared. */
#ifndef TALLY_H
#define TALLY_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { NAMES = 24 };
typedef struct { volatile uint64_t done, open; } tally_entry;

static inline tally_entry *tally_new(void) {
    char path[4096];
    struct timespec now; /* a process that has called exec has the same number */
    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(path, sizeof path, "%s/c-%d-%lld%09ld", getenv("TORTURE_TALLIES"), (int)getpid(), (long long)now.tv_sec, now.tv_nsec);
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0 || ftruncate(file, NAMES * sizeof(tally_entry)) != 0) abort();
    tally_entry *tally = mmap(NULL, NAMES * sizeof(tally_entry), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (tally == MAP_FAILED) abort();
    close(file);
    return tally;
}

static inline void tally_begin(tally_entry *tally, unsigned name, uint64_t n) { tally[name].open += n; }
static inline void tally_end(tally_entry *tally, unsigned name, uint64_t n) {
    tally[name].done += n;
    tally[name].open -= n;
}

/* xorshift64*: the seed decides everything that an actor does. */
static inline uint64_t dice(uint64_t *state) {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545F4914F6CDD1D;
}

#endif
