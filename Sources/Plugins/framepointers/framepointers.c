/* framepointers: walks stacks by the chain of frame pointers, the quickest way
 * there is, in programs whose every part has them: -fno-omit-frame-pointer. Where
 * one has none, frames are missing, and so it is loaded only when it is asked for.
 * Nothing is read but this thread's own stack. */
#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>

#include <tel/plugin.h>

TEL_PLUGIN_MANIFEST("name framepointers\n"
                    "version 1.0.0\n"
                    "summary walks stacks of programs that have frame pointers\n"
                    "stack-provider asked\n")

/* Where this thread's stack ends; a fiber's is another one. */
static __thread uintptr_t lowest, highest;

static void find_stack(void) {
    pthread_attr_t attributes;
    void *start;
    size_t size;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
    if (pthread_attr_getstack(&attributes, &start, &size) == 0) {
        lowest = (uintptr_t)start;
        highest = lowest + size;
    }
    pthread_attr_destroy(&attributes);
}

static uint32_t walk(void *state, uintptr_t *pcs, uint32_t capacity) {
    (void)state;
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    /* The main thread's stack grows: its lowest place is not the same tomorrow. */
    if (frame < lowest || frame >= highest) find_stack();
    uintptr_t bottom = frame;
    if (highest < 2 * sizeof frame || frame < lowest) return 0;
    uint32_t count = 0;
    while (count < capacity && frame >= bottom && frame <= highest - 2 * sizeof frame && frame % sizeof frame == 0) {
        const uintptr_t *pair = (const uintptr_t *)frame;
        if (pair[1] == 0) break;
        pcs[count++] = pair[1];
        bottom = frame + 2 * sizeof frame;
        frame = pair[0];
    }
    return count;
}

static const void *query(const char *interface_id) {
    static const tel_stack_provider provider = {sizeof provider, 0, walk, NULL};
    return strcmp(interface_id, TEL_STACK_PROVIDER) == 0 ? &provider : NULL;
}

TEL_EXPORT const tel_plugin *tel_plugin_entry(void) {
    static const tel_plugin plugin = {sizeof plugin, TEL_PLUGIN_ABI, "framepointers", "1.0.0", "walks stacks of programs that have frame pointers", NULL, NULL, query};
    return &plugin;
}
