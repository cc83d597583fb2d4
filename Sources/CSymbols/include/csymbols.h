/* The C side of Stacks: what the dynamic linker knows of a library, and calls of
 * functions that are not ours, which must not have a Swift frame above them
 * (Embedded Swift has no unwind tables). */
#ifndef CSYMBOLS_H
#define CSYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tel.h"

#define CSYMBOLS_HIDDEN __attribute__((visibility("hidden")))

enum { CSYMBOLS_BUILD_ID = 32, CSYMBOLS_PATH = 4096 };

/* The program or library that has an address. */
typedef struct csymbols_module {
    uintptr_t start, end;           /* of the part that has the address */
    uintptr_t bias;                 /* address in memory, less the one in the file */
    const void *parts;              /* program headers in memory */
    size_t parts_length;            /* bytes */
    uint8_t build_id[CSYMBOLS_BUILD_ID];
    uint32_t build_id_length;       /* 0: none, or it is a longer one */
    bool is_program;
    char path[CSYMBOLS_PATH];       /* "" for the program */
} csymbols_module;

/* False: nothing that the linker has loaded is there. */
CSYMBOLS_HIDDEN bool csymbols_find(uintptr_t address, csymbols_module *found);

/* Arrays would be tuples in Swift. */
static inline const char *csymbols_path(const csymbols_module *of) { return of->path; }
static inline const uint8_t *csymbols_build_id_of(const csymbols_module *of) { return of->build_id; }

/* The build-id among notes; its length, 0 if there is none. */
CSYMBOLS_HIDDEN uint32_t csymbols_build_id(const void *notes, size_t count, uint8_t *into);

/* What the process can demangle, of malloc; NULL if it cannot. */
CSYMBOLS_HIDDEN char *csymbols_demangled(const char *name);
CSYMBOLS_HIDDEN void csymbols_free(char *text);

/* Whether the addresses are all in what is never unloaded: the program, libc,
 * libraries that say so. */
CSYMBOLS_HIDDEN bool csymbols_stay(void *const *addresses, uint32_t count);

/* What a plugin, a tel_stack_provider, says of an address. */
CSYMBOLS_HIDDEN uint32_t csymbols_ask(const void *provider, void *state, uintptr_t pc, tel_frame *frames, uint32_t capacity);

/* ---- python.c: where the interpreter of Python begins ---------------------- */

/* Puts the Python frames of this thread in place of the return addresses from the
 * first that is the interpreter's on: pairs of words, a code object and a place
 * in it. At most `depth` frames in all, and there is room for twice as many words.
 * False, and nothing changes: there are none, or this thread does not hold the
 * GIL. With `looks`, an interpreter may have come since. */
CSYMBOLS_HIDDEN bool csymbols_join_python(void **words, uint32_t *count, uint32_t *joined, uint32_t depth, bool looks);

/* Nobody else will have the addresses of these code objects. */
CSYMBOLS_HIDDEN void csymbols_hold_python(void *const *words, uint32_t count);

/* The same frames again, named, innermost first; how many. Their texts are in the
 * room; what does not fit is cut. */
CSYMBOLS_HIDDEN uint32_t csymbols_name_python(tel_frame *frames, uint32_t capacity, char *room, size_t length);

#endif
