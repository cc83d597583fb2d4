/* tel_stack_inc collects the return addresses before it enters Swift: from
 * beneath an Embedded frame no unwinder finds its way up. */
#include "entry.h"

#include <errno.h>
#include <execinfo.h>

#define MOST_FRAMES 64
#define USUAL_FRAMES 16
/* Of this function, and of whatever wraps backtrace(3): sanitizers do. */
#define OWN_FRAMES 4

__attribute__((noinline)) void tel_stack_inc(const char *name, uint32_t depth) {
    int error = errno;
    void *addresses[MOST_FRAMES + OWN_FRAMES];
    if (depth == 0) depth = USUAL_FRAMES;
    if (depth > MOST_FRAMES) depth = MOST_FRAMES;
    int count = backtrace(addresses, (int)depth + OWN_FRAMES);
    int first = 1;
    for (int at = 1; at < count && at < OWN_FRAMES; at++) {
        if (addresses[at] == __builtin_return_address(0)) {
            first = at;
            break;
        }
    }
    count -= first;
    if (count > (int)depth) count = (int)depth;
    entry_stack(name, addresses + first, count > 0 ? count : 0);
    errno = error;
}
