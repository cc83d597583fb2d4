/* same ROUNDS: calls each function of `shapes` directly, through a stub, and
 * through a function of the plugin libffi. Prints what differs, and how many
 * were compared; a signature that libffi cannot do is printed, too. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "shapes.h"

uint64_t dice, seen;
int left;

typedef struct sight {
    uint64_t seen;
    int left;
} sight;

static sight look(const shape *at, tel_function function, uint64_t start) {
    dice = start;
    seen = 0;
    errno = 77;
    at->call(function);
    return (sight){seen, left};
}

int main(int count, char **arguments) {
    int rounds = count > 1 ? atoi(arguments[1]) : 1;
    int differ = 0;
    uint64_t compared = 0, calls = 0;
    static const uint32_t ways[] = {0, TEL_PROBE_LATENCY};
    for (size_t index = 0; index < shape_count; index++) {
        const shape *at = &shapes[index];
        for (size_t way = 0; way < 2; way++) {
            tel_probe *probe;
            tel_status status = tel_probe_new(&probe, "shapes/call", at->signature, at->target, ways[way]);
            if (status == TEL_E_UNSUPPORTED && way == 1) {
                printf("unsupported %s\n", at->signature);
                continue;
            }
            if (status != TEL_OK) return printf("%s: %s\n", at->signature, tel_error_message()), 1;
            for (int round = 0; round < rounds; round++) {
                uint64_t start = (uint64_t)rand() << 32 ^ (uint64_t)rand();
                sight direct = look(at, at->target, start), probed = look(at, tel_probe_function(probe), start);
                calls++;
                if (direct.seen == probed.seen && direct.left == probed.left) continue;
                printf("%s differs through %s\n", at->signature, way ? "libffi" : "a stub");
                differ = 1;
                break;
            }
            compared++;
            tel_probe_free(probe);
        }
    }
    uint64_t counted = 0;
    tel_counter_read("shapes/call", &counted);
    if (counted != calls) printf("%" PRIu64 " calls were made, and %" PRIu64 " counted\n", calls, counted);
    printf("compared %" PRIu64 "\n", compared);
    return differ || counted != calls;
}
