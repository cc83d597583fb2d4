/* tel_stack_inc collects the return addresses before it enters Swift: from
 * beneath an Embedded frame no unwinder finds its way up. */
#include "entry.h"
#include "tel/plugin.h"

#include <errno.h>
#include <execinfo.h>
#include <stdlib.h>

#define MOST_FRAMES 64
#define USUAL_FRAMES 16
/* Of this function, and of whatever wraps backtrace(3): sanitizers do. */
#define OWN_FRAMES 4
/* Of this function and of the plugin's. */
#define PLUGIN_FRAMES 2

/* Plugins: the latest that walks, and the latest that names. Never freed, for
 * another thread may be using what was there before. */
static const stacks_provider *unwinder, *symbolizer;

void entry_take_provider(const struct tel_stack_provider *table, void *state) {
    stacks_provider *made = malloc(sizeof *made);
    if (!made) return;
    *made = (stacks_provider){table, state};
    if (table->unwind) __atomic_store_n(&unwinder, made, __ATOMIC_RELEASE);
    if (table->symbolize) __atomic_store_n(&symbolizer, made, __ATOMIC_RELEASE);
}

__attribute__((noinline)) void tel_stack_inc(const char *name, uint32_t depth) {
    int error = errno;
    void *addresses[2 * MOST_FRAMES + OWN_FRAMES];
    if (depth == 0) depth = USUAL_FRAMES;
    if (depth > MOST_FRAMES) depth = MOST_FRAMES;
    uint32_t room = depth + PLUGIN_FRAMES, count = 0;
    const stacks_provider *walks = __atomic_load_n(&unwinder, __ATOMIC_ACQUIRE);
    if (walks) count = walks->table->unwind(walks->state, (uintptr_t *)addresses, room);
    /* One that knows nothing of this stack finds at most itself. */
    uint32_t first = 0;
    while (first < count && first <= PLUGIN_FRAMES && addresses[first] != __builtin_return_address(0)) first++;
    if (count > room || first == count || first > PLUGIN_FRAMES) {
        count = (uint32_t)backtrace(addresses, (int)depth + OWN_FRAMES);
        first = 1;
        for (uint32_t at = 1; at < count && at < OWN_FRAMES; at++) {
            if (addresses[at] == __builtin_return_address(0)) {
                first = at;
                break;
            }
        }
    }
    count = count > first ? count - first : 0;
    if (count > depth) count = depth;
    stacks_job job = {sizeof job, count, name ? name : "", addresses + first, NULL, __atomic_load_n(&symbolizer, __ATOMIC_ACQUIRE), depth, 0};
    entry_count_stack(&job);
    errno = error;
}

void tel_stack_inc_frames(const char *name, const tel_frame *frames, size_t count) {
    int error = errno;
    /* More than these cannot fit into a name. */
    stacks_job job = {sizeof job, count < 1024 ? (uint32_t)count : 1024, name ? name : "", NULL, frames, NULL, 0, 0};
    if (!frames) job.count = 0;
    entry_stack(&job);
    errno = error;
}
