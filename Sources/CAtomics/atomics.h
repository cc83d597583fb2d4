/* Atomic operations on raw memory that other processes and other languages
 * share. Swift's Synchronization has atomics only as values that it owns; a
 * cell of a mapped file or the first word of a handle is neither. All are
 * sequentially consistent, as the format's protocol asks (spec of the counter
 * file, "all 32-bit words are accessed with atomics"). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define ATOMICS_OF(suffix, type)                                                              \
    static inline type atomic_get_##suffix(const void *at) {                                  \
        return __atomic_load_n((const type *)at, __ATOMIC_SEQ_CST);                           \
    }                                                                                         \
    static inline void atomic_set_##suffix(void *at, type value) {                            \
        __atomic_store_n((type *)at, value, __ATOMIC_SEQ_CST);                                \
    }                                                                                         \
    static inline type atomic_swap_##suffix(void *at, type value) {                           \
        return __atomic_exchange_n((type *)at, value, __ATOMIC_SEQ_CST);                      \
    }                                                                                         \
    static inline type atomic_fetch_add_##suffix(void *at, type value) {                      \
        return __atomic_fetch_add((type *)at, value, __ATOMIC_SEQ_CST);                       \
    }                                                                                         \
    static inline bool atomic_replace_##suffix(void *at, type expected, type desired) {       \
        return __atomic_compare_exchange_n((type *)at, &expected, desired, false,             \
                                           __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);               \
    }

ATOMICS_OF(u32, uint32_t)
ATOMICS_OF(u64, uint64_t)

/* An aligned pointer that is published after what it points to. */
static inline void *_Nullable atomic_get_pointer(const void *_Nonnull at) {
    return __atomic_load_n((void *const *)at, __ATOMIC_ACQUIRE);
}
static inline void atomic_set_pointer(void *_Nonnull at, void *_Nullable value) {
    __atomic_store_n((void **)at, value, __ATOMIC_SEQ_CST);
}
static inline bool atomic_replace_pointer(void *_Nonnull at, void *_Nullable expected, void *_Nullable desired) {
    return __atomic_compare_exchange_n((void **)at, &expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
