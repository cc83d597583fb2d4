/* Stands in for libtel-delivery.so: says what it was asked, as lines in the file
 * `asked` of the telemetry directory, and answers what the file `answers` in it
 * says, a number for each of status, sent, rejected and waiting. Built with
 * -DWRONG_VERSION it is of another release. */
#include "delivery.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const delivery_core *core;

static void say(const char *directory, const char *format, ...) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/asked", directory);
    FILE *file = fopen(path, "a");
    if (!file) return;
    va_list pieces;
    va_start(pieces, format);
    vfprintf(file, format, pieces);
    va_end(pieces);
    fputc('\n', file);
    fclose(file);
}

static tel_status load(const char *path, const char *settings, const char *directory) {
    say(directory, "load %s %s", path, settings ? settings : "NULL");
    if (strcmp(path, "bad") != 0) return TEL_OK;
    static const char why[] = "bad is no plugin";
    core->set_message(why, sizeof why - 1);
    core->log(TEL_WARNING, why, sizeof why - 1);
    core->count("delivery/load:bad", 2);
    return TEL_E_PLUGIN;
}

static tel_status enlist(const struct tel_plugin *plugin, const char *settings, const char *directory) {
    say(directory, "enlist %d %s", plugin != NULL, settings ? settings : "NULL");
    return TEL_OK;
}

static tel_status deliver(const delivery_job *job) {
    say(job->directory, "deliver %s %s %s now=%lld timeout=%u made=%u size=%d flags=%u", job->vendor, job->program, job->destination,
        (long long)job->now, job->timeout_ms, job->result->made, job->size == sizeof *job && job->result->size == sizeof *job->result, job->flags);
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/answers", job->directory);
    FILE *file = fopen(path, "r");
    int status = TEL_OK;
    if (file) {
        if (fscanf(file, "%d %u %u %u", &status, &job->result->sent, &job->result->rejected, &job->result->waiting) != 4) status = TEL_E_CORRUPT;
        fclose(file);
    }
    return status;
}

const delivery *tel_delivery_entry(const delivery_core *offered) {
    static delivery own = {.size = sizeof own, .version = TEL_VERSION, .load = load, .enlist = enlist, .deliver = deliver};
    if (offered->size < sizeof *offered || offered->version != TEL_VERSION) return NULL;
    core = offered;
#ifdef WRONG_VERSION
    own.version = TEL_VERSION + 1;
#endif
    return &own;
}
