/* Asks libtel-delivery.so, which uploads and has plugins: it is loaded when it
 * is first needed. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "delivery.h"
#include "entry.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

static const delivery *loaded; /* guarded by entry_reports_lock, for that is free again in a forked child */

static const delivery_core core = {sizeof core, TEL_VERSION, entry_set_message, entry_log, tel_counter_add, entry_take_provider};

static tel_status load(void) {
    const delivery *(*ask)(const delivery_core *) =
        (const delivery *(*)(const delivery_core *))entry_companion("libtel-delivery.so", "nothing can be uploaded and no plugin loaded", "tel_delivery_entry");
    if (!ask) return TEL_E_UNSUPPORTED;
    const delivery *found = ask(&core);
    if (!found || found->size < sizeof *found || found->version != TEL_VERSION)
        return entry_refuse(TEL_E_UNSUPPORTED, "%s belongs to another version of libtel", "libtel-delivery.so");
    loaded = found;
    return TEL_OK;
}

static tel_status get(const delivery **found) {
    if (getauxval(AT_SECURE)) return entry_refuse(TEL_E_OFF, "nothing is loaded into a program that has more privileges than its user");
    entry_reports_lock();
    tel_status status = loaded ? TEL_OK : load();
    *found = loaded;
    entry_reports_unlock();
    return status;
}

tel_status entry_plugin(const char *path, const struct tel_plugin *plugin, const char *settings) {
    if (!path && !plugin) return entry_refuse(TEL_E_INVALID, "there is no plugin at NULL");
    const delivery *found;
    tel_status status = get(&found);
    if (status != TEL_OK) return status;
    const char *directory = tel_directory();
    return path ? found->load(path, settings, directory) : found->enlist(plugin, settings, directory);
}

tel_status entry_find_plugin(const char *interface_id, const void **table, void **state) {
    const delivery *found;
    tel_status status = get(&found);
    return status == TEL_OK ? found->find(interface_id, tel_directory(), table, state) : status;
}

/* The file that is meant, NULL for this process's own; NULL if that is none. */
static const char *meant(const char *path) {
    if (path) return path;
    path = tel_counter_file();
    if (*path) return path;
    entry_refuse(TEL_E_NOT_FOUND, "this process has no counter file: it is not open, or telemetry is off");
    return NULL;
}

tel_status tel_report_visit(const char *path, const tel_visitor *visitor) {
    const delivery *found;
    if (!visitor) return entry_refuse(TEL_E_INVALID, "tel_report_visit needs a visitor, not NULL");
    if (!(path = meant(path))) return TEL_E_NOT_FOUND;
    tel_status status = get(&found);
    return status == TEL_OK ? found->visit(path, visitor) : status;
}

tel_status tel_report_export(const char *path, const char *format, tel_write_fn write, void *context) {
    const delivery *found;
    if (!format || !write) return entry_refuse(TEL_E_INVALID, "tel_report_export needs a format and a function that writes, not NULL");
    if (!(path = meant(path))) return TEL_E_NOT_FOUND;
    tel_status status = get(&found);
    if (status != TEL_OK) return status;
    /* tel_directory's answer takes the place of tel_counter_file's. */
    char *kept = strdup(path);
    if (!kept) return entry_refuse(TEL_E_FULL, "there is no memory");
    status = found->export_report(kept, format, write, context, tel_directory());
    free(kept);
    return status;
}

void entry_stack_plugins(void) {
    const delivery *found;
    tel_status status = get(&found);
    if (status == TEL_OK) status = found->load_stacks(tel_directory());
    const char *why = tel_error_message();
    if (status != TEL_OK) entry_log(TEL_WARNING, why, strlen(why));
}

void entry_count_crashes(bool in_passing) {
    char folder[2 * PATH_MAX];
    const delivery *found;
    const char *directory = tel_directory();
    if (!*directory) return;
    stpcpy(stpcpy(folder, directory), "/crash");
    if (access(folder, F_OK) == 0 && get(&found) == TEL_OK) found->count_crashes(directory, tel_get_mode(), entry_clock(), in_passing);
}

void entry_count_crashes_of_the_day(void) {
    entry_lock();
    bool is_due = entry.day_is_new;
    entry.day_is_new = false;
    entry_unlock();
    if (is_due) entry_count_crashes(true);
}

/* The start of a file in the telemetry directory; its length, negative if there is none. */
static ssize_t start_of(const char *name, int folder, char *into, size_t most) {
    int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
    if (file < 0) return -1;
    ssize_t count = read(file, into, most);
    close(file);
    return count;
}

bool entry_is_consented(int folder) {
    const char *wanted = entry.destination;
    size_t length = strlen(wanted);
    char text[4096], line[1100];
    ssize_t count = start_of("destination", folder, text, sizeof text);
    while (count > 0 && (unsigned char)text[count - 1] <= ' ') count--;
    if (count != (ssize_t)length || memcmp(text, wanted, length) != 0) return false;
    count = start_of("consent", folder, text, sizeof text);
    if (count < 0) return errno == ENOENT;
    int needed = snprintf(line, sizeof line, "\ndestination %s\n", wanted);
    return needed < (int)sizeof line && memmem(text, (size_t)count, line, (size_t)needed) != NULL;
}

tel_status entry_upload(int64_t now, uint32_t timeout_ms, tel_flush_result *result) {
    entry_uploadable what = {0};
    tel_status status = entry_ask_uploadable(&what);
    if (status != TEL_OK || !what.directory) return status;
    int folder = open(what.directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    const delivery *found;
    if (!entry_is_consented(folder))
        status = entry_refuse(TEL_E_INVALID, "nothing was uploaded: the user has not consented to %s; the reports stay on this machine", entry.destination);
    else if ((status = get(&found)) == TEL_OK) {
        delivery_job job = {sizeof job, 0, what.directory, what.vendor, what.program, entry.destination, now, timeout_ms, result};
        status = found->deliver(&job);
    }
    close(folder);
    free(what.directory);
    return status;
}

void entry_tell_uploadable(entry_uploadable *what, const void *text, size_t count) {
    char *copy = malloc(count);
    if (!copy) return;
    memcpy(copy, text, count);
    what->directory = copy;
    what->vendor = copy + strlen(copy) + 1;
    what->program = what->vendor + strlen(what->vendor) + 1;
}
