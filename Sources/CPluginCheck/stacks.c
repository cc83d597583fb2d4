/* tel.stack-provider/1: from threads, signal handlers and with no room. */
#define _GNU_SOURCE
#include "trial.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static const tel_stack_provider *table(const trial *trial) { return trial_table(trial, TEL_STACK_PROVIDER, sizeof(tel_stack_provider)); }

static void check_table(trial *trial) {
    char said[100] = "";
    const tel_stack_provider *provider = table(trial);
    REQUIRE(provider->unwind || provider->symbolize, "its tel_stack_provider has neither a function unwind nor symbolize");
    if (!manifest_value(trial->path, "stack-provider", said, sizeof said)) say_note("its manifest has no line \"stack-provider\": \"tel plugins\" does not know what it is for");
    REQUIRE(strcmp(said, "usual") == 0 || strcmp(said, "asked") == 0, "its manifest's line \"stack-provider\" says \"%s\", and must say usual or asked", said);
    say_ok("%s%s%s, loaded when %s", provider->unwind ? "walks" : "", provider->unwind && provider->symbolize ? " and " : "", provider->symbolize ? "names" : "",
           strcmp(said, "usual") == 0 ? "TEL_STACK_PLUGINS is set" : "asked for");
}

/* ---- Walking ------------------------------------------------------------- */

enum { DEPTH = 12, ROOM = 64 };

typedef struct walk {
    const trial              *trial;
    const tel_stack_provider *provider;
    uintptr_t                 expected[DEPTH], pcs[ROOM + 1];
    uint32_t                  count;
    uint32_t                  capacity;
} walk;

static const uintptr_t guard = (uintptr_t)0x5ca1ab1e5ca1ab1e;

__attribute__((noinline)) static uint32_t ask(walk *walk) {
    for (int i = 0; i <= ROOM; i++) walk->pcs[i] = guard;
    uint32_t count = walk->provider->unwind(walk->trial->state, walk->pcs, walk->capacity);
    REQUIRE(count <= walk->capacity, "with capacity %u it answers that it stored %u addresses", walk->capacity, count);
    for (uint32_t i = walk->capacity; i <= ROOM; i++) REQUIRE(walk->pcs[i] == guard, "with capacity %u it stores beyond", walk->capacity);
    return walk->count = count;
}

__attribute__((noinline, optnone)) static int descend(walk *walk, int depth) {
    walk->expected[depth] = (uintptr_t)__builtin_return_address(0);
    volatile int result = depth + 1 < DEPTH ? descend(walk, depth + 1) : (int)ask(walk);
    return result + 1;
}

static walk new_walk(const trial *trial, uint32_t capacity) {
    walk made = {.trial = trial, .provider = table(trial), .capacity = capacity};
    if (made.provider->unwind == NULL) say_not_tried("it does not walk stacks");
    return made;
}

/* All of this stack's addresses that are known are there, in their order. */
static const char *wrong(const walk *walk) {
    if (walk->count == 0) return "it answers 0: it cannot walk a stack of this program";
    uint32_t at = 0;
    for (int level = DEPTH - 1; level >= 0; level--) {
        while (at < walk->count && walk->pcs[at] != walk->expected[level]) at++;
        if (at == walk->count) return "it leaves out frames of functions that were called, or has them in another order";
        if (level == DEPTH - 1 && at > 4) return "more than two frames of its own come first";
        at++;
    }
    return NULL;
}

static void check_unwind(trial *trial) {
    walk walk = new_walk(trial, ROOM);
    descend(&walk, 0);
    const char *problem = wrong(&walk);
    REQUIRE(problem == NULL, "%s", problem);
    say_ok("%u frames", walk.count);
}

static void check_capacity(trial *trial) {
    for (uint32_t capacity = 0; capacity <= 3; capacity++) {
        walk walk = new_walk(trial, capacity);
        descend(&walk, 0);
    }
    REQUIRE(table(trial)->unwind(trial->state, NULL, 0) == 0, "with capacity 0 it answers that it stored addresses");
    say_ok("0 to 3");
}

static void *walk_often(void *given) {
    walk walk = new_walk(given, ROOM);
    for (int i = 0; i < 500; i++) {
        descend(&walk, 0);
        if (wrong(&walk)) return given;
    }
    return NULL;
}

enum { THREADS = 8 };

static void check_threads(trial *trial) {
    walk walk = new_walk(trial, ROOM);
    (void)walk;
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) REQUIRE(pthread_create(&threads[i], NULL, walk_often, trial) == 0, "there are no threads");
    unsigned bad = 0;
    for (int i = 0; i < THREADS; i++) {
        void *found;
        pthread_join(threads[i], &found);
        bad += found != NULL;
    }
    REQUIRE(bad == 0, "in %u of %d threads it walks stacks wrongly", bad, THREADS);
    say_ok("%d at once", THREADS);
}

static walk in_handler;
static volatile sig_atomic_t handled;

static void walk_in_handler(int number) {
    (void)number;
    descend(&in_handler, 0);
    handled++;
}

/* The program is interrupted in malloc and in the plugin itself; a lock that either holds would be waited for without end. */
static void check_handler(trial *trial) {
    in_handler = new_walk(trial, ROOM);
    walk outside = in_handler;
    descend(&in_handler, 0);
    static char room[1 << 16];
    sigaltstack(&(stack_t){.ss_sp = room, .ss_size = sizeof room}, NULL);
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = walk_in_handler, .sa_flags = SA_ONSTACK | SA_RESTART}, NULL);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 500}, {0, 500}}, NULL);
    int64_t end = milliseconds() + 500;
    while (milliseconds() < end) {
        void *volatile some = malloc(100);
        descend(&outside, 0);
        free(some);
    }
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 0}}, NULL);
    REQUIRE(handled > 0, "no signal came");
    say_ok("%d walks in a handler that interrupts malloc and the plugin", (int)handled);
}

/* ---- Naming -------------------------------------------------------------- */

static tel_frame frames[ROOM + 1];

static uint32_t name(const trial *trial, uintptr_t pc, uint32_t capacity) {
    const tel_stack_provider *provider = table(trial);
    if (provider->symbolize == NULL) say_not_tried("it does not name frames");
    memset(frames, 0x5c, sizeof frames);
    uint32_t count = provider->symbolize(trial->state, pc, frames, capacity);
    REQUIRE(count <= capacity, "with capacity %u it answers that it stored %u frames", capacity, count);
    for (uint32_t i = capacity; i <= ROOM; i++)
        for (size_t at = 0; at < sizeof *frames; at++) REQUIRE(((unsigned char *)&frames[i])[at] == 0x5c, "with capacity %u it stores beyond", capacity);
    for (uint32_t i = 0; i < count; i++) {
        if (frames[i].scope) REQUIRE(strnlen(frames[i].scope, 65536) < 65536, "a scope that it tells does not end");
        REQUIRE(frames[i].function != NULL, "it tells a frame without a function");
        REQUIRE(strnlen(frames[i].function, 65536) < 65536, "a function's name that it tells does not end");
    }
    return count;
}

static void check_symbolize(trial *trial) {
    uint32_t own = name(trial, (uintptr_t)&check_symbolize + 4, ROOM), libc = name(trial, (uintptr_t)&malloc + 4, ROOM);
    say_ok("%u frames in this program, %u in libc", own, libc);
}

static void check_nowhere(trial *trial) {
    const uintptr_t nowhere[] = {0, 1, 4096, (uintptr_t)frames, UINTPTR_MAX, UINTPTR_MAX / 2 + 1, (uintptr_t)trial->plugin};
    for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++) {
        uint32_t count = name(trial, nowhere[i], ROOM);
        REQUIRE(count == 0 || i > 2, "it names the address %zu, where nothing is", (size_t)nowhere[i]);
    }
    for (uint32_t capacity = 0; capacity <= 2; capacity++) (void)name(trial, (uintptr_t)&malloc + 4, capacity);
    REQUIRE(table(trial)->symbolize(trial->state, (uintptr_t)&malloc + 4, NULL, 0) == 0, "with capacity 0 it answers that it stored frames");
}

static void check_memory(trial *trial) {
    const tel_stack_provider *provider = table(trial);
    walk walk = {.trial = trial, .provider = provider, .capacity = ROOM};
    for (int i = 0; i < 3; i++) {
        if (provider->unwind) descend(&walk, 0);
        if (provider->symbolize) (void)name(trial, (uintptr_t)&malloc + 4, ROOM);
    }
    trial_stop(trial);
}

const suite stacks_suite = {
    TEL_STACK_PROVIDER, true, (const check[]){
        {"table", check_table, true, false},
        {"unwind", check_unwind, false, false},
        {"capacity", check_capacity, false, false},
        {"threads", check_threads, false, false},
        {"signal handler", check_handler, false, false},
        {"symbolize", check_symbolize, false, false},
        {"nowhere", check_nowhere, false, false},
        {"memory", check_memory, false, true},
        {0},
    }};
