/* A host that loads libtel, forgets it, and still has a handle. */
#include <dlfcn.h>

#include "check.h"

#define LOOK(name) __typeof__(name) *name##_ = (__typeof__(name) *)dlsym(library, #name)

const char *tel_error_message(void) { return "?"; }
const char *tel_status_name(tel_status status) { return status == TEL_OK ? "TEL_OK" : "an error"; }

int main(int count, char **arguments) {
    CHECK(count == 2);
    void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    CHECK(library != NULL);
    LOOK(tel_open);
    LOOK(tel_counter_named);
    LOOK(tel_add);
    tel_config config = check_config();
    CHECK_STATUS(tel_open_(&config), TEL_OK);
    tel_counter *handle = tel_counter_named_("unload/handle");
    tel_add_(handle, 1);
    CHECK(dlclose(library) == 0);
    tel_add_(handle, 2);
    __atomic_fetch_add(*(uint64_t **)handle, 4, __ATOMIC_RELAXED);
    return 0;
}
