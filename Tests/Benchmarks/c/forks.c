/* forks.c - fork, a first add in the child, its end, beside the same without
 * the add, and with the bare instruction on the counter's cell:
 *     forks TIMES DIRECTORY */
#define _GNU_SOURCE
#include "timing.h"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

enum { nothing, bare, handle, by_name, ways };

int main(int argc, char **argv) {
    static const char *const names[ways] = {"nothing", "bare", "handle", "name"};
    if (argc != 3) return 2;
    open_in(argv[2]);
    tel_counter *counter = tel_counter_named("bench/fork:handle");
    uint64_t *cell = cell_of(counter);
    tel_counter_inc("bench/fork:name");
    cpu_set_t here; /* parent and child on one core: no time to wake another up */
    CPU_ZERO(&here);
    CPU_SET(sched_getcpu(), &here);
    sched_setaffinity(0, sizeof here, &here);
    int times = atoi(argv[1]);
    double *took = calloc((size_t)times * ways, sizeof *took);
    for (int at = 0; at < times; at++) {
        for (int way = 0; way < ways; way++) {
            int64_t start = nanoseconds();
            pid_t child = fork();
            if (child == 0) {
                if (way == bare) bare_add(cell);
                if (way == handle) tel_add(counter, 1);
                if (way == by_name) tel_counter_inc("bench/fork:name");
                _exit(0);
            }
            waitpid(child, NULL, 0);
            took[way * times + at] = (double)(nanoseconds() - start);
        }
    }
    for (int way = 0; way < ways; way++) printf("%s %.0f\n", names[way], median(took + way * times, times));
    return 0;
}
