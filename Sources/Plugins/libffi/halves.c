/* Which arguments are in which registers, by the System V ABI of x86-64. */
#include "halves.h"

#include <stdbool.h>
#include <stddef.h>

#if defined(__x86_64__) && defined(__LP64__)

enum { GENERAL = 6, FLOATING = 8 };

/* What eight bytes of a value have; both: they go where numbers go. */
typedef struct eight {
    bool numbers, fractions;
} eight;

static bool is_fraction(const ffi_type *type) {
    return type->type == FFI_TYPE_FLOAT || type->type == FFI_TYPE_DOUBLE || type->type == FFI_TYPE_COMPLEX;
}

static bool is_long_double(const ffi_type *type) {
    return type == &ffi_type_longdouble || (type->type == FFI_TYPE_COMPLEX && type->size == 2 * sizeof(long double));
}

/* False: it is in memory, or in the x87's registers. */
static bool look(const ffi_type *type, size_t offset, eight *found) {
    if (type->size > 16 || is_long_double(type)) return false;
    if (type->type != FFI_TYPE_STRUCT) {
        for (size_t at = offset / 8; at <= (offset + type->size - 1) / 8; at++) {
            if (is_fraction(type)) found[at].fractions = true;
            else found[at].numbers = true;
        }
        return true;
    }
    size_t at = offset;
    for (ffi_type *const *member = type->elements; *member; member++) {
        at = (at + (*member)->alignment - 1) / (*member)->alignment * (*member)->alignment;
        if (!look(*member, at, found)) return false;
        at += (*member)->size;
    }
    return true;
}

int halves_find(const ffi_cif *cif) {
    unsigned general = 0, floating = 0;
    eight unused[2] = {{false, false}};
    /* What is returned in memory has its address in the first register. */
    if (cif->rtype->type == FFI_TYPE_STRUCT && !look(cif->rtype, 0, unused) && cif->rtype->size > 16) general++;
    for (unsigned at = 0; at < cif->nargs; at++) {
        const ffi_type *type = cif->arg_types[at];
        eight parts[2] = {{false, false}};
        if (!look(type, 0, parts)) continue;
        unsigned numbers = (parts[0].numbers ? 1u : 0u) + (parts[1].numbers ? 1u : 0u);
        unsigned fractions = (parts[0].fractions && !parts[0].numbers ? 1u : 0u) + (parts[1].fractions && !parts[1].numbers ? 1u : 0u);
        if (general + numbers > GENERAL || floating + fractions > FLOATING) continue;
        if (numbers == 1 && fractions == 1 && parts[0].numbers && general == GENERAL - 1) return (int)at;
        general += numbers;
        floating += fractions;
    }
    return -1;
}

#else

int halves_find(const ffi_cif *cif) {
    (void)cif;
    return -1;
}

#endif

ffi_type *halves_second(const ffi_type *structure) { return structure->size > 12 ? &ffi_type_double : &ffi_type_float; }
