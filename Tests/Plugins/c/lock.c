/* The lock of the plugin host, over forks and from many threads. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cplugin.h"

static cplugin_lock *lock;
static int count;

static void *keep(void *ready) {
    cplugin_lock_take(lock);
    cplugin_lock_take(lock);
    (void)!write(*(int *)ready, "x", 1);
    pause();
    return NULL;
}

static void *add(void *nothing) {
    for (int i = 0; i < 20000; i++) {
        cplugin_lock_take(lock);
        count++;
        cplugin_lock_leave(lock);
    }
    return nothing;
}

static int add_from_four(void) {
    pthread_t threads[4];
    count = 0;
    for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, add, NULL);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    return count == 80000;
}

int main(void) {
    lock = cplugin_lock_new();
    if (!add_from_four()) return 1;
    int ready[2];
    char byte;
    pthread_t keeper;
    if (pipe(ready) != 0) return 2;
    pthread_create(&keeper, NULL, keep, &ready[1]);
    if (read(ready[0], &byte, 1) != 1) return 3;
    for (int i = 0; i < 50; i++) {  /* another thread has it while this one forks */
        pid_t child = fork();
        if (child == 0) {
            alarm(10);
            _exit(add_from_four() ? 0 : 4);
        }
        int status;
        waitpid(child, &status, 0);
        if (status != 0) return printf("a child ended with status %x\n", status), 5;
    }
    return 0;
}
