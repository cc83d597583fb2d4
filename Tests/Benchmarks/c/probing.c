/* probing.c - a call of a function, as it is and through probes:
 * probing TIMES DIRECTORY PLUGIN
 *
 *   direct   through a pointer
 *   stub     a probe that counts
 *   libffi   a function of the plugin that counts, as probes are where there are no stubs
 *   latency  a probe that counts and times
 *   load     the plugin, with the library that loads plugins */
#include "timing.h"

#include <dlfcn.h>
#include <tel/plugin.h>

typedef int function(int, void *);

__attribute__((noinline)) static int target(int number, void *place) {
    __asm__ volatile("" ::: "memory");
    return number + (place != NULL);
}

static function *volatile direct_call = target, *volatile stub_call, *volatile libffi_call, *volatile latency_call;

LOOP direct(long times) {
    for (long at = 0; at < times; at++) direct_call((int)at, NULL);
}

LOOP stub(long times) {
    for (long at = 0; at < times; at++) stub_call((int)at, NULL);
}

LOOP libffi(long times) {
    for (long at = 0; at < times; at++) libffi_call((int)at, NULL);
}

LOOP latency(long times) {
    for (long at = 0; at < times; at++) latency_call((int)at, NULL);
}

static void count(void *counter) { tel_add((tel_counter *)counter, 1); }

static function *probe(const char *name, uint32_t flags) {
    tel_probe *made;
    if (tel_probe_new(&made, name, "i(iP)", (tel_function)target, flags) == TEL_OK) return (function *)tel_probe_function(made);
    fprintf(stderr, "%s\n", tel_error_message());
    exit(1);
}

static function *by_plugin(const char *path) {
    union { void *object; tel_plugin_entry_fn function; } entry = {dlsym(dlopen(path, RTLD_NOW | RTLD_NOLOAD), TEL_PLUGIN_ENTRY)};
    const tel_trampoline *table = entry.function()->query(TEL_TRAMPOLINE);
    tel_function made;
    void *unused;
    if (table->make(NULL, "i(iP)", (tel_function)target, count, NULL, tel_counter_named("bench/probe:libffi"), &made, &unused) != TEL_OK) exit(1);
    return (function *)made;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    open_in(argv[2]);
    int64_t start = nanoseconds();
    if (tel_plugin_load(argv[3], NULL) != TEL_OK) {
        fprintf(stderr, "%s\n", tel_error_message());
        return 1;
    }
    printf("load %.3f\n", (double)(nanoseconds() - start));
    stub_call = probe("bench/probe:stub", 0);
    libffi_call = by_plugin(argv[3]);
    latency_call = probe("bench/timed", TEL_PROBE_LATENCY);
    const struct timed cases[] = {{"direct", direct}, {"stub", stub}, {"libffi", libffi}, {"latency", latency}};
    in_turns(cases, 4, atol(argv[1]));
    return 0;
}
