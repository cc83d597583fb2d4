/* stacks.c - a stack counter, 16 frames deep: stacks TIMES DIRECTORY FLAGS
 *
 *   again  the same stack, once more
 *   walk   backtrace(3) alone, of as many frames
 *   new    a stack that was never seen before */
#include "timing.h"

#include <execinfo.h>

#define DEEP static __attribute__((noinline))
#define STAY __asm__ volatile("" ::: "memory")

static long left_to_do;
static void *walked[16];

static void count_again(void) {
    for (long at = 0; at < left_to_do; at++) tel_stack_inc("bench/stack:again", 16);
}

static void walk_again(void) {
    for (long at = 0; at < left_to_do; at++) backtrace(walked, 16);
}

DEEP void deep(int left, void (*then)(void)) {
    if (left > 0) deep(left - 1, then);
    else then();
    STAY;
}

static void again(long times) {
    left_to_do = times;
    deep(20, count_again);
}

static void walk(long times) {
    left_to_do = times;
    deep(20, walk_again);
}

/* Each bit of the number takes another way, of two frames. */
DEEP void way(unsigned number, int left);
DEEP void one(unsigned number, int left) { way(number, left); STAY; }
DEEP void zero(unsigned number, int left) { way(number, left); STAY; }
DEEP void way(unsigned number, int left) {
    if (left == 0) tel_stack_inc("bench/stack:new", 16);
    else if (number & 1) one(number >> 1, left - 1);
    else zero(number >> 1, left - 1);
    STAY;
}

enum { BITS = 7, NEW = 1 << BITS };

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    tel_config config = TEL_INIT(tel_config);
    config.directory = argv[2];
    config.program = "example.com/bench";
    config.flags = TEL_NO_REPORT | (uint32_t)atol(argv[3]);
    config.max_names = 100000;
    if (tel_open(&config) != TEL_OK) return 1;
    deep(3, count_again); /* loads what names stacks, when it does so once */
    left_to_do = 1;
    deep(3, count_again);
    int64_t start = nanoseconds();
    for (unsigned number = 0; number < NEW; number++) way(number, BITS);
    printf("new %.3f\n", (double)(nanoseconds() - start) / NEW);
    const struct timed cases[] = {{"again", again}, {"walk", walk}};
    in_turns(cases, 2, atol(argv[1]));
    return 0;
}
