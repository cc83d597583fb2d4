/* A caller some frames deep. Prints the return addresses of its frames, as
 * offsets from where the program was loaded, innermost first. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>

#include "check.h"

#if defined(__clang__)
#define DEEP __attribute__((noinline))
#else
#ifdef __clang__
#define DEEP __attribute__((noinline))
#else
#define DEEP __attribute__((noinline, noclone))
#endif
#endif
#ifdef STATIC
#define LEVEL static DEEP
#else
#define LEVEL DEEP
#endif

static uint32_t depth;
static void *returns[16];
static int count;

/* Each a frame of its own: not inlined, and no tail call. The innermost also
 * asks the C library, to compare with. */
LEVEL void level8(void) {
    tel_stack_inc("s/deep", depth);
    count = backtrace(returns, 16);
    __asm__ volatile("" ::: "memory");
}
LEVEL void level7(void) { level8(); __asm__ volatile("" ::: "memory"); }
LEVEL void level6(void) { level7(); __asm__ volatile("" ::: "memory"); }
LEVEL void level5(void) { level6(); __asm__ volatile("" ::: "memory"); }
LEVEL void level4(void) { level5(); __asm__ volatile("" ::: "memory"); }
LEVEL void level3(void) { level4(); __asm__ volatile("" ::: "memory"); }
LEVEL void level2(void) { level3(); __asm__ volatile("" ::: "memory"); }
LEVEL void level1(void) { level2(); __asm__ volatile("" ::: "memory"); }

DEEP void recurse(int n);
DEEP void recurse(int n) {
    if (n > 1) recurse(n - 1); else tel_stack_inc("s/deep", depth);
    __asm__ volatile("" ::: "memory");
}

int main(int argc, char **arguments) {
    CHECK(argc == 3);
    depth = (uint32_t)strtoul(arguments[2], NULL, 10);
    check_open();
    if (strcmp(arguments[1], "levels") == 0) {
        for (volatile int n = 0; n < 2; n++) level1(); /* one place in main, not two */
        Dl_info info;
        CHECK(dladdr((void *)&depth, &info) != 0);
        for (int n = 0; n < count; n++) printf("%#tx\n", (char *)returns[n] - (char *)info.dli_fbase - 1);
    } else {
        recurse(200);
    }
    return 0;
}
