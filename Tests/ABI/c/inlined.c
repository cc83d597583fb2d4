/* A stack in inlined functions: inlined DEPTH FLAGS [PLUGIN]. Its lines are counted by a test. */
#include <stdlib.h>
#include <tel.h>

static uint32_t depth;

#define STAY __asm__ volatile("" ::: "memory")
#define INTO static inline __attribute__((always_inline)) void

/* The call is in line 12, and those that follow in 17 and one below outer's first. */
INTO inner(void) {
    tel_stack_inc("inlined/stack", depth);
    STAY;
}

INTO middle(void) {
    inner();
    STAY;
}

__attribute__((noinline)) static void outer(void) {
    middle();
    STAY;
}

int main(int count, char **arguments) {
    depth = (uint32_t)strtoul(arguments[1], NULL, 10);
    tel_config config = TEL_INIT(tel_config);
    config.flags = (uint32_t)strtoul(arguments[2], NULL, 10);
    if (tel_open(&config) != TEL_OK) return 1;
    if (count > 3 && tel_plugin_load(arguments[3], NULL) != TEL_OK) return 2;
    outer();
    STAY;
    return 0;
}
