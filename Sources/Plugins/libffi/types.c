/* Reads signatures; tel.h says what they look like under "Probes". */
#include "types.h"

#include <limits.h>
#include <stdlib.h>

struct piece {
    struct piece *before;
    _Alignas(max_align_t) unsigned char bytes[];
};

void *pool_take(pool *from, size_t size) {
    struct piece *taken = calloc(1, sizeof *taken + size);
    if (!taken) return NULL;
    taken->before = from->latest;
    from->latest = taken;
    return taken->bytes;
}

void pool_free(pool *all) {
    while (all->latest) {
        struct piece *freed = all->latest;
        all->latest = freed->before;
        free(freed);
    }
}

/* libtel allows no more; who else calls this is held to it. */
enum { MOST = 4096, DEEPEST = 16 };

typedef struct list {
    ffi_type **types;
    unsigned   count, room;
} list;

typedef struct reader {
    const char *at;
    pool       *memory;
    unsigned    depth;
} reader;

static bool append(reader *from, list *to, ffi_type *type) {
    if (to->count == MOST) return false;
    if (to->count == to->room) {
        unsigned room = to->room ? 2 * to->room : 8;
        ffi_type **larger = pool_take(from->memory, (room + 1) * sizeof *larger); /* and a NULL in the end */
        if (!larger) return false;
        for (unsigned at = 0; at < to->count; at++) larger[at] = to->types[at];
        to->types = larger;
        to->room = room;
    }
    to->types[to->count++] = type;
    return true;
}

static ffi_type *structure(reader *from);

static ffi_type *complex_number(reader *from) {
#ifdef FFI_TARGET_HAS_COMPLEX_TYPE
    switch (*from->at) {
    case 'f': return from->at++, &ffi_type_complex_float;
    case 'd': return from->at++, &ffi_type_complex_double;
    case 'g': return from->at++, &ffi_type_complex_longdouble;
    }
#else
    (void)from;
#endif
    return NULL;
}

static ffi_type *integer(size_t size, bool is_signed) {
    switch (size) {
    case 1: return is_signed ? &ffi_type_sint8 : &ffi_type_uint8;
    case 2: return is_signed ? &ffi_type_sint16 : &ffi_type_uint16;
    case 4: return is_signed ? &ffi_type_sint32 : &ffi_type_uint32;
    default: return is_signed ? &ffi_type_sint64 : &ffi_type_uint64;
    }
}

static ffi_type *type(reader *from) {
    switch (*from->at) {
    case 0: return NULL;
    case 'Z': return from->at++, complex_number(from);
    case 'T': return from->at++, structure(from);
    }
    switch (*from->at++) {
    case 'c': return integer(1, CHAR_MIN < 0);
    case 'b': return integer(1, true);
    case 'B': return integer(1, false);
    case '?': return integer(sizeof(bool), false);
    case 'h': return integer(sizeof(short), true);
    case 'H': return integer(sizeof(short), false);
    case 'i': return integer(sizeof(int), true);
    case 'I': return integer(sizeof(int), false);
    case 'l': case 'n': return integer(sizeof(long), true);
    case 'L': case 'N': return integer(sizeof(long), false);
    case 'q': return integer(sizeof(long long), true);
    case 'Q': return integer(sizeof(long long), false);
    case 'f': return &ffi_type_float;
    case 'd': return &ffi_type_double;
    case 'g': return &ffi_type_longdouble;
    case 'P': return &ffi_type_pointer;
    default: return NULL;
    }
}

/* One type, or several of the same: "4i". */
static bool several(reader *from, list *to) {
    unsigned count = 0;
    bool is_counted = false;
    while (*from->at >= '0' && *from->at <= '9') {
        count = count * 10 + (unsigned)(*from->at++ - '0');
        if (count > MOST) return false;
        is_counted = true;
    }
    ffi_type *found = type(from);
    if (!found || (is_counted && count == 0)) return false;
    if (!is_counted) count = 1;
    while (count-- > 0)
        if (!append(from, to, found)) return false;
    return true;
}

static ffi_type *structure(reader *from) {
    list members = {NULL, 0, 0};
    if (*from->at++ != '{' || ++from->depth > DEEPEST) return NULL;
    while (*from->at != '}')
        if (!several(from, &members)) return NULL;
    from->at++;
    from->depth--;
    ffi_type *made = pool_take(from->memory, sizeof *made);
    if (!made || members.count == 0) return NULL;
    made->type = FFI_TYPE_STRUCT;
    made->elements = members.types;
    return made;
}

bool types_read(const char *signature, types *read, pool *memory) {
    reader from = {signature, memory, 0};
    list arguments = {NULL, 0, 0};
    if (*from.at == 'v') from.at++, read->result = &ffi_type_void;
    else read->result = type(&from);
    if (!read->result || *from.at++ != '(') return false;
    while (*from.at != ')')
        if (!several(&from, &arguments)) return false;
    read->arguments = arguments.types;
    read->count = arguments.count;
    return from.at[1] == 0;
}
