/*
 * tel/count.h - counting where even a call costs too much.
 *
 *     #include <tel/count.h>
 *
 *     void key_pressed(void) {
 *         TEL_INC("editor/key");
 *     }
 *
 *     void pasted(size_t length) {
 *         TEL_ADD("editor/paste/bytes", length);
 *     }
 *
 * Each place in the source keeps its counter: the first run looks the name up,
 * the later ones are two loads and one atomic add, without a call. The counter
 * is in the file, with 0 or more, from the first run on.
 *
 * The name is a string literal; anything else does not compile, and neither
 * does an empty name or one that is too long. A name that changes at run time
 * needs tel_counter_inc.
 *
 * Threads    Any, at any time, like tel_add. But the first run of a place is
 *            [slow]: in a signal handler use tel_counter_inc.
 * Functions  A macro may stand in any function but a C one that is inline with
 *            external linkage, which may have no static variable of its own.
 *
 * C99 or C++11, with GCC or Clang.
 */
#ifndef TEL_COUNT_H
#define TEL_COUNT_H

#include <tel.h>

/* Adds one, or n, to the counter of this name. */
#define TEL_INC(name) TEL_ADD(name, 1)
#define TEL_ADD(name, n)                                                         \
    do {                                                                         \
        static tel_counter *tel_count_kept;                                      \
        (void)sizeof(char[TEL_COUNT_IS_NAME("" name "") ? 1 : -1]);              \
        tel_count_add(tel_count_here(&tel_count_kept, "" name ""), (n));         \
    } while (0)

/* Of a literal: 1 to 4096 bytes and the NUL. */
#define TEL_COUNT_IS_NAME(literal) (sizeof(literal) > 1 && sizeof(literal) <= 4097)

/* The counter that a place keeps. Threads that come first at the same time all
 * look it up, and find the same. */
static inline tel_counter *tel_count_here(tel_counter **kept, const char *name) {
    tel_counter *counter = __atomic_load_n(kept, __ATOMIC_ACQUIRE);
    if (__builtin_expect(!counter, 0)) {
        counter = tel_counter_named(name);  /* tel-lint: allow TEL_ADD takes literals alone */
        __atomic_store_n(kept, counter, __ATOMIC_RELEASE);
    }
    return counter;
}

/* tel_add without the call, for a handle from tel_counter_named: the first word
 * of a counter points to the cell, which saturates. */
static inline void tel_count_add(tel_counter *counter, uint64_t n) {
    uint64_t *cell = __atomic_load_n((uint64_t **)(void *)counter, __ATOMIC_ACQUIRE);
    uint64_t old = __atomic_fetch_add(cell, n, __ATOMIC_SEQ_CST);
    if (__builtin_expect(old > UINT64_MAX - n, 0)) __atomic_store_n(cell, UINT64_MAX, __ATOMIC_SEQ_CST);
}

#endif /* TEL_COUNT_H */
