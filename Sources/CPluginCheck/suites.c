#include "trial.h"

#include <string.h>

/* In the order in which they are tried. The suite of another interface is one
 * more file, and one more line here. */
const suite *const suites[] = {
    &file_suite,
    &plugin_suite,
    &transport_suite,
    &exporter_suite,
    &stacks_suite,
    &trampoline_suite,
    NULL,
};

size_t plugincheck_count(void) {
    size_t count = 0;
    for (size_t i = 0; suites[i] != NULL; i++)
        for (const check *at = suites[i]->checks; at->name != NULL; at++) count++;
    return count;
}

static const check *find(size_t number, const suite **found) {
    for (size_t i = 0; suites[i] != NULL; i++)
        for (const check *at = suites[i]->checks; at->name != NULL; at++)
            if (number-- == 0) return *found = suites[i], at;
    return *found = NULL, NULL;
}

plugincheck_row plugincheck_at(size_t number) {
    const suite *suite;
    const check *check = find(number, &suite);
    return check ? (plugincheck_row){suite->name, check->name, check->is_gate, check->for_valgrind} : (plugincheck_row){0};
}

void plugincheck_run(const char *path, size_t number, const char *settings, const char *url) {
    trial trial = {path, settings, url, NULL, NULL};
    const suite *suite;
    const check *check = find(number, &suite);
    if (check == NULL) say_failed("there is no check %zu", number);
    if (suite->is_interface) {
        trial_load(&trial);
        trial_start(&trial);
        if (trial.plugin->query(suite->name) == NULL) say_absent("it does not offer it");
    }
    check->run(&trial);
    say_ok("%s", "");
}
