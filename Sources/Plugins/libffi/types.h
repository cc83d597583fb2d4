/* Signatures as libffi wants them. */
#ifndef TYPES_H
#define TYPES_H

#include <ffi.h>
#include <stdbool.h>
#include <stddef.h>

/* Memory that is freed as a whole. */
typedef struct pool {
    struct piece *latest;
} pool;

/* Zeroed; NULL if there is none. */
void *pool_take(pool *from, size_t size);
void pool_free(pool *all);

typedef struct types {
    ffi_type  *result;
    ffi_type **arguments;
    unsigned   count;
} types;

/* False: it is no signature, or libffi has no such types. */
bool types_read(const char *signature, types *read, pool *memory);

#endif
