/* adding.c - an add through a handle beside the bare instruction, in the same
 * loop and on the same kind of memory: adding TIMES DIRECTORY */
#include "timing.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <tel/count.h>

static uint64_t *cell;
static tel_counter *counter;

LOOP bare(long times) {
    for (long at = 0; at < times; at++) bare_add(cell);
}

LOOP handle(long times) {
    for (long at = 0; at < times; at++) tel_add(counter, 1);
}

LOOP in_line(long times) {
    for (long at = 0; at < times; at++) TEL_INC("bench/adding:inline");
}

/* A cell in a file that is mapped like a counter file. */
static uint64_t *mapped(const char *directory) {
    char path[4096];
    snprintf(path, sizeof path, "%s/cell", directory);
    int file = open(path, O_RDWR | O_CREAT, 0600);
    if (file < 0 || ftruncate(file, 16384) != 0) exit(1);
    uint64_t *start = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (start == MAP_FAILED) exit(1);
    return start + 512;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    open_in(argv[2]);
    cell = mapped(argv[2]);
    counter = tel_counter_named("bench/adding:handle");
    const struct timed cases[] = {{"bare", bare}, {"handle", handle}, {"inline", in_line}};
    in_turns(cases, 3, atol(argv[1]));
    return 0;
}
