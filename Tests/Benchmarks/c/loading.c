/* loading.c - dlopen, tel_open and the first add, in a process that has not yet
 * seen libtel: loading LIBRARY */
#include "timing.h"

#include <dlfcn.h>

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    int64_t start = nanoseconds();
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!library) return 1;
    tel_status (*open)(const tel_config *) = (tel_status(*)(const tel_config *))dlsym(library, "tel_open");
    void (*inc)(const char *) = (void (*)(const char *))dlsym(library, "tel_counter_inc");
    if (!open || !inc || open(NULL) != TEL_OK) return 1;
    inc("bench/loading");
    printf("ready %lld\n", (long long)(nanoseconds() - start));
    return 0;
}
