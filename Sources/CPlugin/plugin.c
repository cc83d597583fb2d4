#define _GNU_SOURCE
#include "cplugin.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- What plugins are offered -------------------------------------------- */

typedef struct offer {
    tel_host         host;
    cplugin_services services;
    char             name[64], version[32];
    char             directory[];
} offer;

void cplugin_log(cplugin_services services, tel_level level, const void *bytes, size_t count) {
    if (services.log != NULL) services.log(level, bytes, count);
}

void cplugin_count(cplugin_services services, const char *name) {
    if (services.count != NULL) services.count(name, 1);
}

void cplugin_take_provider(cplugin_services services, const tel_stack_provider *table, void *state) {
    if (services.take_provider != NULL) services.take_provider(table, state);
}

static void log_line(void *self, tel_level level, const char *message) {
    const offer *own = self;
    char line[512];
    int count = snprintf(line, sizeof line, "plugin %s: %.400s", own->name, message != NULL ? message : "");
    if (level < TEL_DEBUG || level > TEL_ERROR) level = TEL_WARNING;
    if (count > 0) cplugin_log(own->services, level, line, (size_t)count);
}

static void count_up(void *self, const char *counter, uint64_t n) {
    const offer *own = self;
    if (own->services.count != NULL && counter != NULL) own->services.count(counter, n);
}

static const void *offer_nothing(void *self, const char *interface_id) {
    (void)self;
    (void)interface_id;
    return NULL;
}

const tel_host *cplugin_host(const char *name, const char *version, const char *directory, cplugin_services services) {
    size_t length = strlen(directory) + 1;
    offer *made = calloc(1, sizeof *made + length);
    if (made == NULL) return NULL;
    snprintf(made->name, sizeof made->name, "%s", name);
    snprintf(made->version, sizeof made->version, "%s", version);
    memcpy(made->directory, directory, length);
    made->services = services;
    made->host = (tel_host){sizeof made->host, TEL_PLUGIN_ABI, made, made->version, made->directory, log_line, count_up, offer_nothing};
    return &made->host;
}

/* ---- Libraries ----------------------------------------------------------- */

void *cplugin_open(const char *path, char *problem, size_t room) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const char *text = library == NULL ? dlerror() : NULL;
    snprintf(problem, room, "%s", text != NULL ? text : "");
    return library;
}

tel_plugin_entry_fn cplugin_entry(void *library) {
    /* A pointer to an object is no pointer to a function, says C; POSIX says it is. */
    union { void *object; tel_plugin_entry_fn function; } found = {dlsym(library, TEL_PLUGIN_ENTRY)};
    return found.function;
}

char *cplugin_resolved(const char *path) { return realpath(path, NULL); }

const char *cplugin_own_path(void) {
    Dl_info about;
    static const char here;
    return dladdr(&here, &about) != 0 ? about.dli_fname : NULL;
}

/* ---- Calling a plugin ---------------------------------------------------- */

const tel_plugin *cplugin_call_entry(tel_plugin_entry_fn entry) { return entry(); }

tel_status cplugin_start(const tel_plugin *plugin, const tel_host *host, const char *settings, void **state) {
    return plugin->start != NULL ? plugin->start(host, settings, state) : TEL_OK;
}

const void *cplugin_query(const tel_plugin *plugin, const char *interface_id) { return plugin->query(interface_id); }

ptrdiff_t cplugin_length(const char *text, size_t most) {
    size_t length = strnlen(text, most + 1);
    return length <= most ? (ptrdiff_t)length : -1;
}

/* ---- Locks --------------------------------------------------------------- */

struct cplugin_lock {
    pthread_mutex_t mutex;
    pid_t           process;  /* that it was made for; BEING_MADE */
};

enum { BEING_MADE = -1 };

static void make(cplugin_lock *lock) {
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&lock->mutex, &kind);
    pthread_mutexattr_destroy(&kind);
    __atomic_store_n(&lock->process, getpid(), __ATOMIC_RELEASE);
}

cplugin_lock *cplugin_lock_new(void) {
    cplugin_lock *lock = malloc(sizeof *lock);
    if (lock == NULL) abort();
    make(lock);
    return lock;
}

void cplugin_lock_take(cplugin_lock *lock) {
    pid_t own = getpid(), found;
    while ((found = __atomic_load_n(&lock->process, __ATOMIC_ACQUIRE)) != own) {
        if (found != BEING_MADE && __atomic_compare_exchange_n(&lock->process, &found, BEING_MADE, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) make(lock);
    }
    pthread_mutex_lock(&lock->mutex);
}

void cplugin_lock_leave(cplugin_lock *lock) { pthread_mutex_unlock(&lock->mutex); }

/* ---- Exports --------------------------------------------------------------- */

tel_status cplugin_write(void *sink, const void *bytes, size_t count) {
    cplugin_sink *own = sink;
    if (own->status == TEL_OK && count > 0) own->status = own->write(own->context, bytes, count);
    return own->status;
}

tel_status cplugin_begin(const tel_exporter *exporter, void *state, cplugin_sink *sink, tel_visitor *visitor) {
    return exporter->begin(state, cplugin_write, sink, visitor);
}

tel_status cplugin_end(const tel_exporter *exporter, void *state, tel_visitor *visitor, tel_status visited) {
    return exporter->end(state, visitor, visited);
}

/* ---- Visitors -------------------------------------------------------------- */

tel_status cplugin_visit_week(const tel_visitor *visitor, const char *begin, const char *end) {
    return visitor->week ? visitor->week(visitor->context, begin, end) : TEL_OK;
}

tel_status cplugin_visit_program(const tel_visitor *visitor, const char *program, const char *version,
                                 const char *toolchain, const char *os, const char *arch) {
    tel_program about = {sizeof about, 0, program, version, toolchain, os, arch};
    return visitor->program ? visitor->program(visitor->context, &about) : TEL_OK;
}

tel_status cplugin_visit_count(const tel_visitor *visitor, bool is_stack, const char *name, uint64_t value) {
    tel_status (*visit)(void *, const char *, uint64_t) = is_stack ? visitor->stack : visitor->counter;
    return visit ? visit(visitor->context, name, value) : TEL_OK;
}
