#define _GNU_SOURCE
#include "trial.h"

#include <dirent.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

/* ---- Verdicts ------------------------------------------------------------ */

/* Where plugincheck_try listens; plugins have no business with it. */
enum { VERDICTS = 200 };

__attribute__((noreturn)) static void say(char mark, const char *format, va_list pieces) {
    char text[600] = {mark};
    vsnprintf(text + 1, sizeof text - 1, format, pieces);
    (void)!write(VERDICTS, text, strlen(text));
    /* What plugins have left to run at exit is not what was asked. */
    _exit(0);
}

#define SAYING(name, mark) \
    void name(const char *format, ...) { \
        va_list pieces; \
        va_start(pieces, format); \
        say(mark, format, pieces); \
    }
SAYING(say_ok, 'o')
SAYING(say_note, 'n')
SAYING(say_failed, 'f')
SAYING(say_not_tried, 't')
SAYING(say_absent, 'a')

/* ---- What plugins are given ---------------------------------------------- */

unsigned trial_logged, trial_counted;

static void hear(void *self, tel_level level, const char *message) {
    (void)self;
    (void)level;
    if (message != NULL) (void)strlen(message);
    __atomic_fetch_add(&trial_logged, 1, __ATOMIC_RELAXED);
}

static void count(void *self, const char *counter, uint64_t n) {
    (void)self;
    (void)n;
    if (counter != NULL) (void)strlen(counter);
    __atomic_fetch_add(&trial_counted, 1, __ATOMIC_RELAXED);
}

static const void *offer_nothing(void *self, const char *id) {
    (void)self;
    (void)id;
    return NULL;
}

const tel_host trial_host = {sizeof trial_host, TEL_PLUGIN_ABI, NULL, "1.0.0", "", hear, count, offer_nothing};

/* ---- Steps --------------------------------------------------------------- */

bool is_status(tel_status status) { return status <= TEL_OK && status >= TEL_E_PLUGIN; }

const char *status_name(tel_status status) {
    static const char *const names[] = {
        "TEL_OK", "TEL_E_INVALID", "TEL_E_OFF", "TEL_E_IO", "TEL_E_CORRUPT", "TEL_E_FULL", "TEL_E_NOT_FOUND", "TEL_E_BUSY", "TEL_E_TIMEOUT", "TEL_E_UNSUPPORTED", "TEL_E_PLUGIN"};
    return is_status(status) ? names[-status] : "what is no status";
}

void require_text(const char *text, const char *what) {
    REQUIRE(text != NULL, "%s is NULL", what);
    size_t length = strnlen(text, 257);
    REQUIRE(length <= 256, "%s does not end within 256 bytes", what);
    for (size_t i = 0; i < length; i++) REQUIRE((unsigned char)text[i] >= 0x20 && text[i] != 0x7f, "%s is no text of one line", what);
}

void trial_load(trial *trial) {
    void *library = dlopen(trial->path, RTLD_NOW | RTLD_LOCAL);
    REQUIRE(library != NULL, "the loader refuses it: %.400s", dlerror());
    union { void *object; tel_plugin_entry_fn function; } entry = {dlsym(library, TEL_PLUGIN_ENTRY)};
    REQUIRE(entry.object != NULL, "it exports no function tel_plugin_entry");
    const tel_plugin *plugin = entry.function();
    REQUIRE(plugin != NULL, "its tel_plugin_entry answers NULL");
    REQUIRE((uintptr_t)plugin % _Alignof(tel_plugin) == 0, "its tel_plugin is at an odd address");
    REQUIRE(plugin->size >= sizeof *plugin && plugin->size <= 65536 && plugin->size % 8 == 0, "its tel_plugin.size is %u, and must be sizeof(tel_plugin), %zu", plugin->size, sizeof *plugin);
    REQUIRE(plugin->abi == TEL_PLUGIN_ABI, "it speaks ABI %u of plugins, and this libtel speaks %d; it must be built anew with this libtel's tel/plugin.h", plugin->abi, TEL_PLUGIN_ABI);
    REQUIRE(plugin->query != NULL, "it has no function query");
    REQUIRE(entry.function() == plugin, "its tel_plugin_entry answers something else when it is called again");
    trial->plugin = plugin;
}

void trial_start(trial *trial) {
    tel_status status = trial->plugin->start ? trial->plugin->start(&trial_host, trial->settings, &trial->state) : TEL_OK;
    REQUIRE(is_status(status), "its start answers %d, which is no status", status);
    if (status != TEL_OK) say_not_tried("it does not start (%s)%s", status_name(status), trial->settings ? "" : "; give it settings by --settings");
}

void trial_stop(trial *trial) {
    if (trial->plugin->stop) trial->plugin->stop(trial->state);
    trial->state = NULL;
}

const void *trial_table(const trial *trial, const char *interface, size_t least) {
    const void *table = trial->plugin->query(interface);
    if (table == NULL) return NULL;
    REQUIRE((uintptr_t)table % _Alignof(void *) == 0, "its table for %s is at an odd address", interface);
    uint32_t size = *(const uint32_t *)table;
    REQUIRE(size >= least && size <= 65536 && size % 8 == 0, "its table for %s says size %u, and must say %zu", interface, size, least);
    return table;
}

int64_t milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

unsigned open_descriptors(void) {
    unsigned count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder)) count++;
    if (folder) closedir(folder);
    return count;
}
