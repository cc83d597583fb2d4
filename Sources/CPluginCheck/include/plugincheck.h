/* What "tel plugins check" tries with a plugin: each check in a process of its
 * own, so that what crashes, exits or spins is a verdict. In C, as a host in C
 * would do it, with signal handlers and threads. */
#ifndef PLUGINCHECK_H
#define PLUGINCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- What there is to try ------------------------------------------------ */

typedef struct plugincheck_row {
    const char *suite;     /* "file", "plugin", or the id of an interface */
    const char *name;      /* "exports" */
    bool        is_gate;   /* without it nothing that comes later can be tried */
    bool        for_valgrind;
} plugincheck_row;

size_t plugincheck_count(void);
plugincheck_row plugincheck_at(size_t number);

/* ---- One check, in a process of its own ---------------------------------- */

typedef enum plugincheck_verdict { PLUGINCHECK_OK, PLUGINCHECK_NOTE, PLUGINCHECK_FAILED, PLUGINCHECK_NOT_TRIED, PLUGINCHECK_ABSENT } plugincheck_verdict;

typedef struct plugincheck_result {
    plugincheck_verdict verdict;
    char                text[600];
} plugincheck_result;

/* Starts `arguments[0]`, which is to call plugincheck_run, and waits for at most
 * `limit_ms`. What valgrind prints goes to `log`, a descriptor; -1: nowhere. */
plugincheck_result plugincheck_try(char *const arguments[], int limit_ms, int log);

/* A file without a name, for that; negative on failure. */
int plugincheck_log(void);

/* Runs the check with this number and ends the process. The settings and a URL
 * that can be fetched from may be NULL. */
_Noreturn void plugincheck_run(const char *path, size_t number, const char *settings, const char *url);

#endif
