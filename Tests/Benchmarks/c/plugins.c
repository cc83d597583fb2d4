/* plugins.c - tel_plugin_load in a process that has loaded none, which loads
 * libtel-delivery.so first, and another: plugins FIRST NEXT */
#include "timing.h"

static int64_t load(const char *path) {
    int64_t start = nanoseconds();
    if (tel_plugin_load(path, NULL) == TEL_OK) return nanoseconds() - start;
    fprintf(stderr, "%s\n", tel_error_message());
    exit(1);
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    printf("first %lld\n", (long long)load(argv[1]));
    printf("next %lld\n", (long long)load(argv[2]));
    return 0;
}
