/* libffi: makes functions of any signature, for probes that watch their calls, and
 * for all on processors without stubs. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "halves.h"
#include "types.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <tel/plugin.h>

TEL_PLUGIN_MANIFEST("name libffi\n"
                    "version 1.0.0\n"
                    "summary makes functions that count and time their calls\n"
                    "offers tel.trampoline/1\n")

typedef struct trampoline {
    ffi_cif      cif;
    ffi_closure *closure;
    void        *page;          /* that the closure is in; NULL: it is libffi's */
    tel_function target;
    int          split;         /* this argument is given in halves, by another cif; negative: none */
    ffi_cif      in_halves;
    void        *context;
    void (*before)(void *context), (*after)(void *context);
    void (*call_before)(tel_call *call), (*call_after)(tel_call *call), (*unwound)(tel_call *call);
    bool         returns;
    pool         memory;
} trampoline;

/* ---- Calls ---------------------------------------------------------------- */

/* Not inlined: others need no room for it. */
static __attribute__((noinline)) void call_in_halves(trampoline *own, void *result, void **arguments) {
    void *given[own->in_halves.nargs];
    unsigned split = (unsigned)own->split;
    for (unsigned at = 0; at <= split; at++) given[at] = arguments[at];
    given[split + 1] = (char *)arguments[split] + 8;
    for (unsigned at = split + 2; at < own->in_halves.nargs; at++) given[at] = arguments[at - 1];
    ffi_call(&own->in_halves, own->target, result, given);
}

static inline void call_target(trampoline *own, void *result, void **arguments) {
    if (own->split < 0) ffi_call(&own->cif, own->target, result, arguments);
    else call_in_halves(own, result, arguments);
}

static void call_simply(ffi_cif *cif, void *result, void **arguments, void *made) {
    trampoline *own = made;
    (void)cif;
    int error = errno;
    if (own->before) own->before(own->context);
    errno = error;
    call_target(own, result, arguments);
    if (!own->after) return;
    error = errno;
    own->after(own->context);
    errno = error;
}

typedef struct watched {
    const trampoline *own;      /* NULL: the target has returned */
    tel_call          call;
} watched;

/* As the stack unwinds: an exception, pthread_exit, a thread that is cancelled. */
static void leave(watched *left) {
    if (left->own && left->own->unwound) left->own->unwound(&left->call);
}

static void call_watched(ffi_cif *cif, void *result, void **arguments, void *made) {
    trampoline *own = made;
    (void)cif;
    __attribute__((cleanup(leave))) watched now = {own, {sizeof now.call, errno, own->context, __builtin_frame_address(0), NULL, 0}};
    own->call_before(&now.call);
    errno = now.call.error;
    call_target(own, result, arguments);
    int error = errno;
    now.own = NULL;
    now.call.error = error;
    if (own->returns) now.call.result = result;
    own->call_after(&now.call);
    errno = error;
}

/* ---- Memory --------------------------------------------------------------- */

static size_t page_length(void) { return (size_t)sysconf(_SC_PAGESIZE); }

/* A page for each closure, written to and then made executable: libffi's own
 * memory, as distributions build it, is both at once, or shared with forked
 * children. */
static tel_function in_a_page(trampoline *own, void (*run)(ffi_cif *, void *, void **, void *)) {
    void *page = mmap(NULL, page_length(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return NULL;
    union { void *object; tel_function function; } place = {page};
    if (ffi_prep_closure_loc(page, &own->cif, run, own, page) == FFI_OK && mprotect(page, page_length(), PROT_READ | PROT_EXEC) == 0) {
        own->page = page;
        return place.function;
    }
    munmap(page, page_length());
    return NULL;
}

/* Where what was written may not be executed, libffi has other ways. */
static tel_function in_libffi(trampoline *own, void (*run)(ffi_cif *, void *, void **, void *)) {
    union { void *object; tel_function function; } place = {NULL};
    own->closure = ffi_closure_alloc(sizeof *own->closure, &place.object);
    return own->closure && ffi_prep_closure_loc(own->closure, &own->cif, run, own, place.object) == FFI_OK ? place.function : NULL;
}

/* ---- Making --------------------------------------------------------------- */

static void free_trampoline(void *state, void *made) {
    (void)state;
    trampoline *own = made;
    if (own->page) munmap(own->page, page_length());
    if (own->closure) ffi_closure_free(own->closure);
    pool_free(&own->memory);
    free(own);
}

/* False: there is no memory, or no such function. */
static bool prepare(trampoline *own, types *read) {
    if (ffi_prep_cif(&own->cif, FFI_DEFAULT_ABI, read->count, read->result, read->arguments) != FFI_OK) return false;
    own->split = halves_find(&own->cif);
    if (own->split < 0) return true;
    unsigned split = (unsigned)own->split;
    ffi_type **all = pool_take(&own->memory, (read->count + 1) * sizeof *all);
    if (!all) return false;
    for (unsigned at = 0; at < read->count; at++) all[at > split ? at + 1 : at] = read->arguments[at];
    all[split] = &ffi_type_uint64;
    all[split + 1] = halves_second(read->arguments[split]);
    return ffi_prep_cif(&own->in_halves, FFI_DEFAULT_ABI, read->count + 1, read->result, all) == FFI_OK;
}

static tel_status make_any(trampoline *own, const char *signature, tel_function target, void (*run)(ffi_cif *, void *, void **, void *),
                           tel_function *entry, void **made) {
    types read;
    own->target = target;
    if (types_read(signature, &read, &own->memory) && prepare(own, &read)) {
        own->returns = read.result != &ffi_type_void;
        tel_function function = in_a_page(own, run);
        if (!function) function = in_libffi(own, run);
        if (function) {
            *entry = function;
            *made = own;
            return TEL_OK;
        }
    }
    free_trampoline(NULL, own);
    return TEL_E_UNSUPPORTED;
}

static tel_status make(void *state, const char *signature, tel_function target, void (*before)(void *), void (*after)(void *), void *context,
                       tel_function *entry, void **made) {
    (void)state;
    trampoline *own = calloc(1, sizeof *own);
    if (!own) return TEL_E_FULL;
    own->before = before;
    own->after = after;
    own->context = context;
    return make_any(own, signature, target, call_simply, entry, made);
}

static tel_status watch(void *state, const char *signature, tel_function target, void (*before)(tel_call *), void (*after)(tel_call *),
                        void (*unwound)(tel_call *), void *context, tel_function *entry, void **made) {
    (void)state;
    trampoline *own = calloc(1, sizeof *own);
    if (!own) return TEL_E_FULL;
    own->call_before = before;
    own->call_after = after;
    own->unwound = unwound;
    own->context = context;
    return make_any(own, signature, target, call_watched, entry, made);
}

static const void *query(const char *interface_id) {
    static const tel_trampoline table = {sizeof table, 0, make, free_trampoline, watch};
    return strcmp(interface_id, TEL_TRAMPOLINE) == 0 ? &table : NULL;
}

TEL_EXPORT const tel_plugin *tel_plugin_entry(void) {
    static const tel_plugin plugin = {sizeof plugin, TEL_PLUGIN_ABI, "libffi", "1.0.0", "makes functions that count and time their calls", NULL, NULL, query};
    return &plugin;
}
