/* What the generated functions share. */
#ifndef SHAPES_H
#define SHAPES_H

#include <complex.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#include "tel.h"

typedef struct shape {
    const char  *signature;
    tel_function target;
    void (*call)(tel_function function);    /* with random arguments */
} shape;
extern const shape shapes[];
extern const size_t shape_count;

/* The numbers that arguments and results are made of, and all that was seen of them. */
extern uint64_t dice, seen;
/* errno when the call had returned. */
extern int left;

static inline void called(void) { left = errno; }

__attribute__((unused)) static void fill(void *place, size_t count) {
    unsigned char *byte = place;
    while (count-- > 0) {
        dice = dice * 6364136223846793005u + 1442695040888963407u;
        *byte++ = (unsigned char)(dice >> 56);
    }
}

__attribute__((unused)) static void tame(_Bool *place) {
    unsigned char byte;
    memcpy(&byte, place, 1);
    byte &= 1;
    memcpy(place, &byte, 1);
}

__attribute__((unused)) static void note(const void *place, size_t count) {
    const unsigned char *byte = place;
    while (count-- > 0) seen = (seen ^ *byte++) * 1099511628211u;
}

#endif
