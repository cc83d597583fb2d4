/* walks.c - interposes on a plugin's table of functions: how often a plugin of
 * libtel walks stacks, and how long it takes to name an address.
 *
 *     cc -o walks walks.c $(pkg-config --cflags --libs tel) -ldl
 *     ./walks /usr/lib/x86_64-linux-gnu/tel/plugins/libunwind.so
 *     tel dump
 *
 * The plugin is taken by hand, and registered with a copy of its table that has
 * probes in it. The one that walks must be a stub: it has no frame in the stack. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <tel/plugin.h>

static const tel_plugin *original;
static tel_stack_provider provider;

static const void *query(const char *interface_id) {
    return strcmp(interface_id, TEL_STACK_PROVIDER) == 0 ? &provider : original->query(interface_id);
}

static tel_function counted(const char *name, const char *signature, tel_function target, uint32_t flags) {
    tel_probe *probe;
    return target && tel_probe_new(&probe, name, signature, target, flags) == TEL_OK ? tel_probe_function(probe) : target;
}

int main(int count, char **arguments) {
    void *library = count == 2 ? dlopen(arguments[1], RTLD_NOW) : NULL;
    if (!library) return fprintf(stderr, "usage: walks PLUGIN\n%s\n", count == 2 ? dlerror() : ""), 2;
    tel_plugin_entry_fn entry;
    *(void **)&entry = dlsym(library, TEL_PLUGIN_ENTRY);
    original = entry ? entry() : NULL;
    const tel_stack_provider *found = original ? original->query(TEL_STACK_PROVIDER) : NULL;
    if (!found) return fprintf(stderr, "%s walks no stacks\n", arguments[1]), 1;

    tel_open(NULL);
    provider = *found;
    provider.unwind = (uint32_t (*)(void *, uintptr_t *, uint32_t))counted("walks/walk", "I(PPI)", (tel_function)found->unwind, 0);
    provider.symbolize = (uint32_t (*)(void *, uintptr_t, tel_frame *, uint32_t))counted("walks/name", "I(PLPI)", (tel_function)found->symbolize, TEL_PROBE_LATENCY);
    static tel_plugin interposed;
    interposed = *original;
    interposed.query = query;
    if (tel_plugin_register(&interposed, NULL) != TEL_OK) return fprintf(stderr, "%s\n", tel_error_message()), 1;

    for (int at = 0; at < 10; at++) tel_stack_inc("walks/here", 8);
    return 0;
}
