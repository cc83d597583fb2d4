/* Stacks that come again: again.c WHAT [FLAGS] */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define DEEP __attribute__((noinline))
#define STAY __asm__ volatile("" ::: "memory")

/* Each bit of the number takes another way: 2^depth stacks. */
DEEP static void way(unsigned number, int left, const char *name);
DEEP static void one(unsigned number, int left, const char *name) { way(number, left, name); STAY; }
DEEP static void zero(unsigned number, int left, const char *name) { way(number, left, name); STAY; }
DEEP static void way(unsigned number, int left, const char *name) {
    if (left == 0) tel_stack_inc(name, 64);
    else if (number & 1) one(number >> 1, left - 1, name);
    else zero(number >> 1, left - 1, name);
    STAY;
}

enum { THREADS = 8, TURNS = 2000, WAYS = 64 };

static void *count_all(void *unused) {
    for (int turn = 0; turn < TURNS; turn++) way((unsigned)turn % WAYS, 6, "again/threads");
    return unused;
}

/* A library that counts: loaded, used and unloaded. */
static void use(const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) fprintf(stderr, "%s\n", dlerror());
    CHECK(library != NULL);
    void (*entry)(void) = (void (*)(void))dlsym(library, "entry");
    CHECK(entry != NULL);
    for (int n = 0; n < 3; n++) entry();
    fprintf(stdout, "%p\n", (void *)entry);
    CHECK(dlclose(library) == 0);
}

int main(int count, char **arguments) {
    CHECK(count >= 2);
    const char *what = arguments[1];
    if (strcmp(what, "unopened") == 0) {
        for (volatile int n = 0; n < 3; n++) way(5, 3, "again/unopened");
        check_open();
        for (volatile int n = 0; n < 3; n++) way(5, 3, "again/unopened");
    } else if (strcmp(what, "threads") == 0) {
        check_open();
        pthread_t threads[THREADS];
        for (int n = 0; n < THREADS; n++) CHECK(pthread_create(&threads[n], NULL, count_all, NULL) == 0);
        for (int n = 0; n < THREADS; n++) CHECK(pthread_join(threads[n], NULL) == 0);
    } else if (strcmp(what, "many") == 0) {
        check_open();
        /* More than are remembered, twice. */
        for (volatile int turn = 0; turn < 2; turn++) /* one place in main, not two */
            for (unsigned number = 0; number < 6000; number++) way(number, 13, "again/many");
    } else if (strcmp(what, "fork") == 0) {
        check_open();
        for (int n = 0; n < 3; n++) {
            if (n == 1 && fork() == 0) {
                for (int m = 0; m < 5; m++) way(3, 2, "again/fork");
                _exit(0);
            }
            for (int m = 0; m < 5; m++) way(3, 2, "again/fork");
        }
        wait(NULL);
    } else if (strcmp(what, "names") == 0) {
        check_open();
        for (volatile int n = 0; n < 4; n++) way(1, 2, n & 1 ? "again/odd" : "again/even");
    } else if (strcmp(what, "reopen") == 0) {
        check_open();
        for (volatile int n = 0; n < 2; n++) {
            way(1, 2, "again/reopen");
            tel_close();
            way(1, 2, "again/reopen");
            check_open();
        }
    } else if (strcmp(what, "replaced") == 0) {
        check_open();
        void *library = dlopen(arguments[2], RTLD_NOW | RTLD_LOCAL);
        CHECK(library != NULL);
        CHECK(rename(arguments[3], arguments[2]) == 0);
        ((void (*)(void))dlsym(library, "entry"))();
    } else {
        check_open();
        for (int n = 1; n < count; n++) use(arguments[n]);
    }
    return 0;
}
