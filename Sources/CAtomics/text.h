/* Comparing a C string with bytes whose number is known, without first asking
 * how long the string is. Swift would have to look at each byte: it cannot say
 * that a load may reach beyond the string. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The smallest page of any Linux: a load within one never faults if its first
 * byte does not. */
#define TEXT_PAGE 4096

static inline uint64_t text_word(const void *at) {
    uint64_t word;
    __builtin_memcpy(&word, at, sizeof word);
    return word;
}

/* Of a text near the end of a page. */
__attribute__((noinline, cold))
static bool text_is_slowly(const char *_Nonnull text, const void *_Nonnull known, uint64_t length) {
    return strlen(text) == length && memcmp(text, known, length) == 0;
}

/* Whether the text is these bytes and then NUL. They hold no NUL, and the word
 * that `known + length` is in can be read. Reads of the text words that begin
 * in it; the last may reach up to 7 bytes behind its NUL, but into no other
 * page. Of aligned words, as allocators return them, memory checkers take that
 * for what it is. */
#ifdef TEL_SHIPPING
__attribute__((always_inline))
#else
__attribute__((no_sanitize("address", "thread")))
#endif
static inline bool text_is(const char *_Nonnull text, const void *_Nonnull known, uint64_t length) {
    if (((uintptr_t)text & (TEXT_PAGE - 1)) + length + 8 > TEXT_PAGE) return text_is_slowly(text, known, length);
    const char *other = (const char *)known;
    for (; length >= 8; length -= 8, text += 8, other += 8) {
        if (text_word(text) != text_word(other)) return false;
    }
    /* What is left, and the NUL, in the lower bytes of a word. */
    uint64_t rest = text_word(other) & ~(~UINT64_C(0) << 8 * length);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#error "the rest of a text is in the lower bytes of a word"
#endif
    return (text_word(text) ^ rest) << (56 - 8 * length) == 0;
}
