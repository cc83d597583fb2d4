/* Stacks that were counted before, and their counters: a name is made once for
 * each. Whoever looks takes no lock and allocates nothing; a new one is put into
 * an empty place by one exchange. Nothing is ever removed. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "entry.h"

#include <link.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 8192           /* twice as many as are used */
#define MOST_REMEMBERED 4096
#define LONGEST_NAME 256

typedef struct remembered {
    uint64_t hash;
    const stacks_provider *provider;    /* that was asked: another one has other names */
    tel_counter *counter;
    /* Addresses of a library that may be unloaded mean something only as long as
     * none was loaded or unloaded. 0: none is of such a one. */
    uint64_t generation;
    uint32_t count;
    uint32_t length;                    /* of the counter's name, which is behind the addresses */
    void *addresses[];
} remembered;

static remembered *places[PLACES];
static uint32_t used;

static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0x9E3779B97F4A7C15;
    return hash ^ hash >> 29;
}

/* What is known of a stack: addresses, and two words for each frame of Python. */
static uint32_t words(const stacks_job *job) { return job->count + 2 * job->python; }

static uint64_t hash_of(const stacks_job *job, uint32_t length) {
    uint64_t hash = mix(job->count, (uintptr_t)job->provider);
    for (uint32_t at = 0; at < words(job); at++) hash = mix(hash, (uintptr_t)job->addresses[at]);
    uint32_t at = 0;
    for (uint64_t word; at + sizeof word <= length; at += sizeof word) {
        memcpy(&word, job->name + at, sizeof word);
        hash = mix(hash, word);
    }
    for (; at < length; at++) hash = mix(hash, (unsigned char)job->name[at]);
    return hash;
}

static bool is_of(const remembered *known, const stacks_job *job, uint64_t hash, uint32_t length) {
    return known->hash == hash && known->count == words(job) && known->length == length && known->provider == job->provider &&
           memcmp(known->addresses, job->addresses, known->count * sizeof(void *)) == 0 &&
           memcmp(known->addresses + known->count, job->name, length) == 0;
}

/* ---- What may be unloaded -------------------------------------------------- */

static int look(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    *(uint64_t *)context = (info->dlpi_adds + info->dlpi_subs) << 1 | 1;
    return 1;
}

/* Of the libraries that are loaded now; odd, so that it is never 0. */
static uint64_t generation(void) {
    uint64_t now = 0;
    dl_iterate_phdr(look, &now);
    return now;
}

/* ---- Looking and remembering ----------------------------------------------- */

static void remember(const stacks *names, const stacks_job *job, uint64_t hash, uint32_t length, tel_counter *counter) {
    if (length > LONGEST_NAME || __atomic_load_n(&used, __ATOMIC_RELAXED) >= MOST_REMEMBERED) return;
    size_t addresses = words(job) * sizeof(void *);
    remembered *fresh = malloc(sizeof *fresh + addresses + length);
    if (!fresh) return;
    __atomic_fetch_add(&used, 1, __ATOMIC_RELAXED);
    *fresh = (remembered){hash, job->provider, counter, names && names->keep(job) ? 0 : generation(), words(job), length};
    memcpy(fresh->addresses, job->addresses, addresses);
    memcpy(fresh->addresses + fresh->count, job->name, length);
    for (size_t at = hash % PLACES;; at = (at + 1) % PLACES) {
        remembered *there = NULL;
        if (__atomic_compare_exchange_n(&places[at], &there, fresh, false, __ATOMIC_RELEASE, __ATOMIC_ACQUIRE)) return;
        if (is_of(there, job, hash, length)) break;
    }
    /* Another thread was faster. */
    free(fresh);
    __atomic_fetch_sub(&used, 1, __ATOMIC_RELAXED);
}

void entry_count_stack(stacks_job *job) {
    const stacks *names = entry_stacks();
    uint32_t length = (uint32_t)strnlen(job->name, LONGEST_NAME + 1);
    uint64_t hash, now = 0;
    remembered *known = NULL;
    if (names) names->join(job, false);
find:
    hash = hash_of(job, length);
    for (size_t at = hash % PLACES; (known = __atomic_load_n(&places[at], __ATOMIC_ACQUIRE)); at = (at + 1) % PLACES)
        if (is_of(known, job, hash, length)) break;
    if (known) {
        uint64_t before = __atomic_load_n(&known->generation, __ATOMIC_ACQUIRE);
        tel_counter *counter = __atomic_load_n(&known->counter, __ATOMIC_ACQUIRE);
        if (before) now = generation();
        if (before == now && __atomic_load_n(&known->generation, __ATOMIC_RELAXED) == before) {
            tel_add(counter, 1);
            return;
        }
    }
    if (!known && names && names->join(job, true)) goto find;
    tel_counter *counter = entry_stack(job);
    if (!counter) return;
    if (!known) {
        remember(names, job, hash, length, counter);
    } else {
        /* Even: no generation, while it changes. */
        __atomic_store_n(&known->generation, 2, __ATOMIC_SEQ_CST);
        __atomic_store_n(&known->counter, counter, __ATOMIC_SEQ_CST);
        __atomic_store_n(&known->generation, now, __ATOMIC_RELEASE);
    }
}
