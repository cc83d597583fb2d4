/* launch.c - starts commands in turns and waits for each:
 *     launch TIMES NAME COMMAND… [-- NAME COMMAND…]…
 * Prints each name with the median of the nanoseconds from start to end, and the
 * most bytes that one had resident. This program is small on purpose: what
 * starts a command is part of that command's peak. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include "timing.h"

extern char **environ;

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    int times = atoi(argv[1]), count = 0;
    char **commands[16];
    double *took[16];
    long peaks[16] = {0};
    for (int at = 2; at < argc && count < 16; count++) {
        commands[count] = argv + at;
        took[count] = calloc((size_t)times, sizeof **took);
        while (at < argc && strcmp(argv[at], "--") != 0) at++;
        if (at < argc) argv[at++] = NULL;
    }
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    for (int turn = 0; turn < times; turn++) {
        for (int at = 0; at < count; at++) {
            pid_t child;
            int status;
            struct rusage used;
            int64_t start = nanoseconds();
            if (posix_spawn(&child, commands[at][1], &quiet, NULL, commands[at] + 1, environ) != 0) return 1;
            if (wait4(child, &status, 0, &used) != child || status != 0) {
                fprintf(stderr, "%s ended with %d\n", commands[at][1], status);
                return 1;
            }
            took[at][turn] = (double)(nanoseconds() - start);
            if (used.ru_maxrss > peaks[at]) peaks[at] = used.ru_maxrss;
        }
    }
    for (int at = 0; at < count; at++) printf("%s %.0f %ld\n", commands[at][0], median(took[at], times), peaks[at] * 1024);
    return 0;
}
