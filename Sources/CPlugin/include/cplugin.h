/* The C side of PluginHost: a plugin's functions are called from here and not
 * from Swift, so that a debugger or a crash handler in them sees the whole stack
 * (Embedded Swift has no unwind tables); what plugins call is here, too. */
#ifndef CPLUGIN_H
#define CPLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tel/plugin.h"

#define CPLUGIN_HIDDEN __attribute__((visibility("hidden")))

/* ---- What plugins are offered -------------------------------------------- */

/* Of the process. NULL: what plugins log or count is dropped. */
typedef struct cplugin_services {
    void (*log)(tel_level level, const void *bytes, size_t count);
    void (*count)(const char *name, uint64_t n);
    void (*take_provider)(const tel_stack_provider *table, void *state);
} cplugin_services;

/* What one plugin is given; never freed, for a plugin is never unloaded. NULL
 * if there is no memory. */
CPLUGIN_HIDDEN const tel_host *cplugin_host(const char *name, const char *version, const char *directory, cplugin_services services);

CPLUGIN_HIDDEN void cplugin_log(cplugin_services services, tel_level level, const void *bytes, size_t count);
CPLUGIN_HIDDEN void cplugin_count(cplugin_services services, const char *name);
CPLUGIN_HIDDEN void cplugin_take_provider(cplugin_services services, const tel_stack_provider *table, void *state);

/* ---- Libraries ----------------------------------------------------------- */

/* NULL on failure; then the loader's text, "" if it has none, is in `problem`. */
CPLUGIN_HIDDEN void *cplugin_open(const char *path, char *problem, size_t room);
CPLUGIN_HIDDEN tel_plugin_entry_fn cplugin_entry(void *library);
/* The path with no link in it, of malloc; NULL and errno. */
CPLUGIN_HIDDEN char *cplugin_resolved(const char *path);
/* Of the library or program that has this code; NULL if that cannot be told. */
CPLUGIN_HIDDEN const char *cplugin_own_path(void);

/* ---- Calling a plugin ---------------------------------------------------- */

CPLUGIN_HIDDEN const tel_plugin *cplugin_call_entry(tel_plugin_entry_fn entry);
CPLUGIN_HIDDEN tel_status cplugin_start(const tel_plugin *plugin, const tel_host *host, const char *settings, void **state);
CPLUGIN_HIDDEN const void *cplugin_query(const tel_plugin *plugin, const char *interface_id);
/* A transport and how its exchanges go; never freed. Watched, an exchange runs on
 * a thread of its own. Without memory the process ends, as in Swift. */
typedef struct cplugin_line cplugin_line;
CPLUGIN_HIDDEN cplugin_line *cplugin_line_new(const tel_transport *transport, void *state, bool is_watched);

/* One at a time. What a plugin calls back after that is not heard. Lost: it did
 * not return within timeout_ms and the grace; it may still be running, and must
 * not be asked again. A transport that only sends answers with code 200. */
CPLUGIN_HIDDEN tel_status cplugin_exchange(cplugin_line *line, const tel_request *request, tel_answer *answer, uint32_t grace_ms, bool *is_lost);

/* At most `most` bytes and the NUL; negative: it goes on behind them. */
CPLUGIN_HIDDEN ptrdiff_t cplugin_length(const char *text, size_t most);

/* ---- Exports --------------------------------------------------------------- */

/* What is written goes on to the caller's function, until that answers something
 * other than TEL_OK: then that is the status, and nothing more goes on. */
typedef struct cplugin_sink {
    tel_write_fn write;
    void        *context;
    tel_status   status;
} cplugin_sink;

/* A tel_write_fn. */
CPLUGIN_HIDDEN tel_status cplugin_write(void *sink, const void *bytes, size_t count);
CPLUGIN_HIDDEN tel_status cplugin_begin(const tel_exporter *exporter, void *state, cplugin_sink *sink, tel_visitor *visitor);
CPLUGIN_HIDDEN tel_status cplugin_end(const tel_exporter *exporter, void *state, tel_visitor *visitor, tel_status visited);

/* ---- Visitors -------------------------------------------------------------- */

CPLUGIN_HIDDEN tel_status cplugin_visit_week(const tel_visitor *visitor, const char *begin, const char *end);
CPLUGIN_HIDDEN tel_status cplugin_visit_program(const tel_visitor *visitor, const char *program, const char *version,
                                                const char *toolchain, const char *os, const char *arch);
CPLUGIN_HIDDEN tel_status cplugin_visit_count(const tel_visitor *visitor, bool is_stack, const char *name, uint64_t value);

/* ---- Locks --------------------------------------------------------------- */

/* The thread that has it may take it again: a plugin's start may register
 * another plugin. In a forked child it is free: who had it stayed in the parent,
 * perhaps for a minute, in an exchange. Never freed. Without memory the process ends, as in Swift. */
typedef struct cplugin_lock cplugin_lock;
CPLUGIN_HIDDEN cplugin_lock *cplugin_lock_new(void);
CPLUGIN_HIDDEN void cplugin_lock_take(cplugin_lock *lock);
CPLUGIN_HIDDEN void cplugin_lock_leave(cplugin_lock *lock);

#endif
