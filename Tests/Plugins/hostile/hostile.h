/* A plugin that is good but for what the file that includes this has defined. */
#ifndef _GNU_SOURCE
#  define _GNU_SOURCE
#endif
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <tel/plugin.h>
#include <unistd.h>

#ifndef MANIFEST
#  define MANIFEST TEL_PLUGIN_MANIFEST("name hostile\nversion 1\nsummary means no good\ntransport hostile\n")
#endif
#ifndef NAME
#  define NAME "hostile"
#endif
#ifndef ABI
#  define ABI TEL_PLUGIN_ABI
#endif
#ifndef SIZE
#  define SIZE sizeof(tel_plugin)
#endif
#ifndef START
#  define START return TEL_OK;
#endif
#ifndef EXCHANGE
#  define EXCHANGE answer->code = 404; return TEL_OK;
#endif
#ifndef QUERY
#  define QUERY query
#endif

#ifdef __cplusplus
extern "C" {
#endif

MANIFEST

static inline tel_status start(const tel_host *host, const char *settings, void **state) {
    (void)host, (void)settings, (void)state;
    START
}

static inline tel_status exchange(void *state, const tel_request *request, tel_answer *answer) {
    (void)state, (void)request, (void)answer;
    EXCHANGE
}

#ifdef UNWIND
static inline uint32_t unwind(void *state, uintptr_t *pcs, uint32_t capacity) {
    (void)state, (void)pcs, (void)capacity;
    UNWIND
}
static const tel_stack_provider provider = {sizeof provider, 0, unwind, NULL};
#endif

static inline const void *query(const char *id) {
    static const char *const schemes[] = {"hostile", NULL};
    static const tel_transport transport = {sizeof transport, 0, schemes, NULL, exchange};
#ifdef UNWIND
    if (strcmp(id, TEL_STACK_PROVIDER) == 0) return &provider;
#endif
    return strcmp(id, TEL_TRANSPORT) == 0 ? &transport : NULL;
}

TEL_EXPORT const tel_plugin *tel_plugin_entry(void) {
#ifdef ENTRY
    ENTRY
#endif
    static tel_plugin plugin = {(uint32_t)(SIZE), ABI, NULL, "1", "means no good", start, NULL, QUERY};
    plugin.name = NAME;
    return &plugin;
}

#ifdef __cplusplus
}
#endif
