/* memory TURNS: makes and frees probes in 8 threads while others call theirs, and looks
 * at every mapping all the while: "both" if one is writable and executable. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tel.h"

enum { THREADS = 8 };
static int turns;

static int plus(int a, int b) { return a + b; }

static void fail(const char *what) {
    puts(what);
    exit(1);
}

static void *work(void *number) {
    long own = (long)number;
    tel_probe *kept[64] = {0};
    for (int turn = 0; turn < turns; turn++) {
        int at = turn % 64;
        tel_probe_free(kept[at]);
        const char *name = own % 2 ? "odd" : "even";
        if (tel_probe_new(&kept[at], name, "i(ii)", (tel_function)plus, turn % 4 == 0 ? TEL_PROBE_LATENCY : 0) != TEL_OK) fail(tel_error_message());
        for (int i = 0; i <= at; i++) {
            int (*function)(int, int) = (int (*)(int, int))tel_probe_function(kept[i]);
            if (function(turn, i) != turn + i) fail("a wrong sum");
        }
    }
    for (int i = 0; i < 64; i++) tel_probe_free(kept[i]);
    return NULL;
}

static volatile int done;

static void *look(void *nothing) {
    while (!done) {
        FILE *maps = fopen("/proc/self/maps", "r");
        char line[4300];
        while (maps && fgets(line, sizeof line, maps)) {
            const char *rights = strchr(line, ' ');
            if (rights && rights[2] == 'w' && rights[3] == 'x') fail("both");
        }
        if (maps) fclose(maps);
        usleep(2000);
    }
    return nothing;
}

int main(int count, char **arguments) {
    turns = count > 1 ? atoi(arguments[1]) : 1000;
    tel_open(NULL);
    pthread_t threads[THREADS], watcher;
    pthread_create(&watcher, NULL, look, NULL);
    for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    done = 1;
    pthread_join(watcher, NULL);
    puts("ok");
}
