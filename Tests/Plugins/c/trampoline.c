/* A trampoline that makes no functions: -D... says in which way. */
#include <stddef.h>
#include <string.h>
#include <tel/plugin.h>

#ifdef NO_MANIFEST
#  define OFFERS ""
#else
#  define OFFERS "offers tel.trampoline/1\n"
#endif
TEL_PLUGIN_MANIFEST("name wrong\nversion 1\nsummary makes nothing\n" OFFERS)

static tel_status make(void *state, const char *signature, tel_function target, void (*before)(void *), void (*after)(void *), void *context,
                       tel_function *entry, void **made) {
    (void)state, (void)before, (void)after, (void)context;
#ifndef TAKES_ANYTHING
    if (strchr(signature, '(') == NULL) return TEL_E_UNSUPPORTED;
#endif
    *entry = target; /* which is not called by anybody else */
    *made = (void *)1;
    return TEL_OK;
}

#ifdef WITHOUT_FREE
#  define forget NULL
#else
static void forget(void *state, void *made) { (void)state, (void)made; }
#endif

static const void *query(const char *id) {
    static const tel_trampoline table = {sizeof table, 0, make, forget, NULL};
    return strcmp(id, TEL_TRAMPOLINE) == 0 ? &table : NULL;
}

TEL_EXPORT const tel_plugin *tel_plugin_entry(void) {
    static const tel_plugin plugin = {sizeof plugin, TEL_PLUGIN_ABI, "wrong", "1", "makes nothing", NULL, NULL, query};
    return &plugin;
}
