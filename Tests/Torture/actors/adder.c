/* adder.c SEED - adds from several threads, opens, rotates, reports, forks,
 * execs, and ends in one of many ways; the seed decides which. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <tel.h>
#include <time.h>

#include "tally.h"

static uint64_t state;
static volatile int is_over;
static uint64_t roll(uint64_t sides) { return dice(&state) % sides; }

static const char *name_of(unsigned number) {
    static char names[NAMES][16];
    if (!names[number][0]) snprintf(names[number], sizeof names[number], "torture/n%u", number);
    return names[number];
}

static void add(tally_entry *tally, unsigned name, uint64_t n, tel_counter **handles) {
    tally_begin(tally, name, n);
    if (handles && name % 2) {
        if (!handles[name]) handles[name] = tel_counter_named(name_of(name));
        tel_add(handles[name], n);
    } else if (n == 1) {
        tel_counter_inc(name_of(name));
    } else {
        tel_counter_add(name_of(name), n);
    }
    tally_end(tally, name, n);
}

static void open_tel(int with_thread) {
    tel_config config = TEL_INIT(tel_config);
    config.program = "example.com/torture";
    config.version = "v1";
    config.toolchain = "gcc12.2";
    if (with_thread) config.flags |= TEL_ROTATE;
    tel_status status = tel_open(&config);
    if (status == TEL_OK) return;
    /* Then counts would be in memory, where the test cannot see them. */
    fprintf(stderr, "tel_open: %s: %s\n", tel_status_name(status), tel_error_message());
    abort();
}

static void *add_for_long(void *argument) {
    uint64_t own = (uint64_t)(uintptr_t)argument;
    tally_entry *tally = tally_new();
    tel_counter *handles[NAMES] = {0};
    while (!is_over) {
        for (int turn = 0; turn < 200; turn++) {
            uint64_t number = dice(&own);
            add(tally, number % NAMES, number >> 60 ? 1 : 1 + (number >> 32) % 1000, handles);
        }
        if (dice(&own) % 400 == 0) tel_rotate();
        if (dice(&own) % 3 == 0) nanosleep(&(struct timespec){0, 100000}, NULL);
    }
    return NULL;
}

static void live(int generation);

static void fork_one(int generation) {
    uint64_t seed = dice(&state) | 1;
    pid_t child = fork();
    if (child) return;
    state = seed;
    if (roll(4) == 0) {
        char text[24];
        snprintf(text, sizeof text, "%llu", (unsigned long long)seed);
        execl("/proc/self/exe", "adder", text, (char *)NULL);
    }
    live(generation + 1);
}

static void end(void) {
    switch (roll(7)) {
    case 0: exit(0);
    case 1: _exit(0);
    case 2: signal(SIGABRT, SIG_DFL); abort();
    case 3: raise(SIGKILL); break;
    case 4: raise(SIGSEGV); break;
    case 5: quick_exit(0);
    default: tel_close(); exit(0);
    }
}

static void live(int generation) {
    tally_entry *tally = tally_new();
    int isForked = generation > 0;
    if (!isForked) {
        /* Before opening, counts wait in memory: they are sure when tel_open is back. */
        uint64_t early[NAMES] = {0};
        for (int turn = 0; turn < 50; turn++) {
            unsigned name = (unsigned)roll(NAMES);
            tally[name].open++;
            tel_counter_inc(name_of(name));
            early[name]++;
        }
        open_tel(roll(2) == 0);
        for (unsigned name = 0; name < NAMES; name++) tally_end(tally, name, early[name]);
    }
    is_over = 0;
    pthread_t threads[3];
    unsigned count = (unsigned)roll(4);
    for (unsigned at = 0; at < count; at++) {
        if (pthread_create(&threads[at], NULL, add_for_long, (void *)(uintptr_t)(dice(&state) | 1)) != 0) abort();
    }
    for (uint64_t turns = 20 + roll(150); turns > 0; turns--) {
        for (int turn = 0; turn < 300; turn++) add(tally, (unsigned)roll(NAMES), 1 + roll(3), NULL);
        switch (roll(24)) {
        case 0: tel_rotate(); break;
        case 1: tel_flush_report((uint32_t)roll(20)); break;
        case 2: if (generation < 2 && roll(4) == 0) fork_one(generation); break;
        case 3: if (count == 0) { tel_close(); open_tel(roll(2) == 0); } break;
        case 4: raise(SIGSTOP); break; /* the test wakes it, perhaps weeks later */
        default: nanosleep(&(struct timespec){0, (long)roll(8000000)}, NULL);
        }
        while (waitpid(-1, NULL, WNOHANG) > 0) {}
    }
    /* Not while threads add: tel_close is [setup]. */
    is_over = 1;
    int mayBeClosed = 1;
    if (roll(3) == 0) {
        mayBeClosed = 0; /* it ends with its threads at work */
        is_over = 0;
    } else {
        for (unsigned at = 0; at < count; at++) pthread_join(threads[at], NULL);
    }
    if (mayBeClosed) end();
    raise(SIGKILL);
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    state = strtoull(argv[1], NULL, 10) | 1;
    for (unsigned name = 0; name < NAMES; name++) name_of(name);
    live(0);
    return 0;
}
