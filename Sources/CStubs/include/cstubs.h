/* The C side of probes: memory that may be executed, the code in it, and what
 * runs while a function that is watched is called. Callers may throw, jump or
 * unwind through all of it (Embedded Swift has no unwind tables). */
#ifndef CSTUBS_H
#define CSTUBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tel/plugin.h"

#define CSTUBS_HIDDEN __attribute__((visibility("hidden")))

/* ---- stub.c: count and jump ----------------------------------------------- */

/* Whether there are stubs for this processor. */
CSTUBS_HIDDEN bool cstubs_can(void);

/* A function that adds one to the counter and jumps to the target. NULL and
 * errno: there is no memory, or the system lets none be executed. */
CSTUBS_HIDDEN tel_function cstubs_new(tel_counter *counter, tel_function target);
/* It goes on counting and jumping, until it is used again for another. */
CSTUBS_HIDDEN void cstubs_free(tel_function stub);

/* ---- watch.c: what a call is watched for ----------------------------------- */

/* Of libtel.so; all may be called at any time. */
typedef struct cstubs_recording {
    void (*add)(tel_counter *counter, uint64_t n);
    void (*add_named)(const char *name, uint64_t n);
    void (*record)(tel_histogram *histogram, uint64_t value);
} cstubs_recording;

/* What a function returns, as far as it tells success from failure. */
typedef enum cstubs_result {
    CSTUBS_NOTHING,
    CSTUBS_SIGNED,      /* negative is an error */
    CSTUBS_UNSIGNED,    /* the greatest number is an error, as in (size_t)-1; so is NULL of a pointer */
    CSTUBS_POINTER,
    CSTUBS_BOOL,        /* false is an error */
    CSTUBS_FLOAT,       /* negative is an error, or no number */
    CSTUBS_DOUBLE,
    CSTUBS_LONG_DOUBLE
} cstubs_result;

/* One value of a list, as 64 bits, and its counter. */
typedef struct cstubs_value {
    uint64_t value;
    tel_counter *counter;
    bool is_error;
} cstubs_value;

/* A probe, which tel.h calls tel_probe. */
typedef struct cstubs_probe {
    tel_function function;
    bool is_stub;                        /* and if it is none: */
    const tel_trampoline *table;         /* who made it */
    void *state, *made;
    cstubs_recording recording;
    tel_counter *calls;
    tel_histogram *latency;              /* NULL: that is not asked for */
    cstubs_result result;
    uint32_t least;                      /* bits of an integer that is returned */
    bool is_list;
    uint32_t count;                      /* values of the list */
    cstubs_value *values;
    tel_counter *ok, *error;             /* without a list; NULL if results are not counted */
    tel_counter *other;                  /* of a list: "*"; NULL: others are not counted */
    bool other_is_error;
    char *errno_chart;                   /* "name/errno:"; NULL: that is not asked for */
} cstubs_probe;

/* Zeroed; NULL if there is no memory. */
CSTUBS_HIDDEN cstubs_probe *cstubs_probe_new(void);
CSTUBS_HIDDEN void cstubs_probe_free(cstubs_probe *probe);
/* Room for that many values of the list. */
CSTUBS_HIDDEN bool cstubs_probe_list(cstubs_probe *probe, uint32_t count);
CSTUBS_HIDDEN bool cstubs_probe_errno(cstubs_probe *probe, const char *chart);

/* Has the plugin make the function. */
CSTUBS_HIDDEN tel_status cstubs_probe_make(cstubs_probe *probe, const char *signature, tel_function target);

/* "ENOENT"; NULL for a number that has no name. */
CSTUBS_HIDDEN const char *cstubs_errno_name(int number);

#endif
