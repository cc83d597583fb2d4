/* A host that loads libtel, has it watch, forgets it, and crashes. */
#include <dlfcn.h>

#include "check.h"

#define LOOK(name) __typeof__(name) *name##_ = (__typeof__(name) *)dlsym(library, #name)

const char *tel_error_message(void) { return "?"; }
const char *tel_status_name(tel_status status) { return status == TEL_OK ? "TEL_OK" : "an error"; }

static volatile int *volatile nothing;
__attribute__((noinline)) static void fall(void) { *nothing = 1; }

int main(int count, char **arguments) {
    CHECK(count == 2);
    void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    CHECK(library != NULL);
    LOOK(tel_open);
    LOOK(tel_close);
    LOOK(tel_crash_watch);
    tel_config config = check_config();
    CHECK_STATUS(tel_open_(&config), TEL_OK);
    CHECK_STATUS(tel_crash_watch_(0), TEL_OK);
    tel_close_();
    CHECK(dlclose(library) == 0);
    fall();
    return 0;
}
