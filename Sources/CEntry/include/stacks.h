/* Between libtel.so and tel/libtel-stacks.so, which is beside it and names
 * stacks: it reads symbol tables and demangles. It is loaded when a stack is seen
 * for the first time. Nobody else may rely on this. */
#ifndef TEL_STACKS_H
#define TEL_STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tel.h"

struct tel_stack_provider;    /* of tel/plugin.h */

/* A plugin that walks or names stacks, and what its start has stored. */
typedef struct stacks_provider {
    const struct tel_stack_provider *table;
    void *state;
} stacks_provider;

typedef struct stacks_job {
    uint32_t size;
    uint32_t count;
    const char *name;                   /* of the counter */
    void **addresses;                   /* return addresses, innermost first; NULL: there are */
    const tel_frame *frames;
    const stacks_provider *provider;    /* is asked for names first; NULL: there is none */
    uint32_t depth;                     /* of frames, at most; there is room for twice as many addresses */
    uint32_t python;                    /* frames: behind the addresses are two words for each */
} stacks_job;

/* The longest name that a counter file has. */
#define STACKS_MOST 4096

/* What libtel-stacks.so offers. Its functions may be called from any thread at
 * once; they hold no lock while they ask the dynamic linker. */
typedef struct stacks {
    uint32_t size;
    uint32_t version;
    /* Where the interpreter of Python begins, and this thread holds the GIL, puts
     * Python's frames in place of the addresses; whether it did. With `looks`,
     * also for an interpreter that was not there before. */
    bool (*join)(stacks_job *job, bool looks);
    /* Writes the name of the stack; its length, at most STACKS_MOST. */
    size_t (*write)(const stacks_job *job, void *into);
    /* Whether the addresses are all in what is never unloaded. Code of Python is
     * held from here on. */
    bool (*keep)(const stacks_job *job);
} stacks;

/* Its one export. NULL: the versions differ. */
__attribute__((visibility("default"))) const stacks *tel_stacks_entry(uint32_t version);

#endif
