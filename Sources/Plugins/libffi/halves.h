/* A fault of libffi, and the way around it. */
#ifndef HALVES_H
#define HALVES_H

#include <ffi.h>

/* On x86-64, libffi (3.4.4, and others) copies a structure whole to where its first
 * half goes: if that is the last general register, behind which xmm0 is, the first
 * floating-point argument is lost. The index of the argument that is such a
 * structure, a general half and a floating one; negative if there is none. In
 * registers it is the same as two arguments, its halves. */
int halves_find(const ffi_cif *cif);

/* The type of its second half; the first is ffi_type_uint64. */
ffi_type *halves_second(const ffi_type *structure);

#endif
