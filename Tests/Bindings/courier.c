/* courier.c - a libtel-delivery.so that delivers nothing of its own.
 *
 * It stands where libtel's library for uploading stands, and hands a binding's
 * transports what the real one might, so that what they do at the border can be
 * seen: one fetch with a tag, then one document, to the destination of the job.
 * What it got is written to DIRECTORY/courier, a line for each thing, and each
 * job to DIRECTORY/courier.jobs. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tel/plugin.h>

#include "delivery.h"

enum { PLUGINS = 64, MOST = 4096 };

static const delivery_core *core;
static struct {
    const tel_plugin *plugin;
    const tel_transport *transport;
    void *state;
} enlisted[PLUGINS];
static int count;
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

/* libtel's own functions are out of sight here. */
static const char *name_of(tel_status status) {
    static const char *const names[] = {"TEL_OK", "TEL_E_INVALID", "TEL_E_OFF", "TEL_E_IO", "TEL_E_CORRUPT", "TEL_E_FULL", "TEL_E_NOT_FOUND",
                                        "TEL_E_BUSY", "TEL_E_TIMEOUT", "TEL_E_UNSUPPORTED", "TEL_E_PLUGIN"};
    return status <= 0 && status >= TEL_E_PLUGIN ? names[-status] : "TEL_E_?";
}

typedef struct {
    FILE *log;
    size_t bytes;
    char problem[2048];
} taker;

static tel_status take(void *context, const void *bytes, size_t length) {
    taker *self = context;
    if (self->bytes + length > MOST) {
        fprintf(self->log, "too many\n");
        return TEL_E_FULL;
    }
    self->bytes += length;
    fprintf(self->log, "write %.*s\n", (int)length, (const char *)bytes);
    return TEL_OK;
}

static void hear(void *context, const char *key, const char *text) {
    taker *self = context;
    fprintf(self->log, "%s %s\n", key, text);
    if (strcmp(key, "problem") == 0) snprintf(self->problem, sizeof self->problem, "%s", text);
}

static tel_status fail(tel_status status, const char *message) {
    core->set_message(message, strlen(message));
    return status;
}

static tel_status enlist(const tel_plugin *plugin, const char *settings, const char *directory) {
    static const char version[] = "1.0.0";
    static tel_host host = {.size = sizeof host, .abi = TEL_PLUGIN_ABI, .version = version};
    host.directory = directory;
    for (int i = 0; i < count; i++)
        if (strcmp(enlisted[i].plugin->name, plugin->name) == 0) return fail(TEL_E_INVALID, "there is a plugin of this name");
    if (count == PLUGINS) return fail(TEL_E_FULL, "too many plugins");
    const tel_transport *transport = plugin->query ? plugin->query(TEL_TRANSPORT) : NULL;
    if (!transport || plugin->query("tel.transport/2")) return fail(TEL_E_PLUGIN, "no transport");
    void *state = NULL;
    tel_status status = plugin->start ? plugin->start(&host, settings, &state) : TEL_OK;
    if (status != TEL_OK) return fail(TEL_E_PLUGIN, "the plugin would not start");
    enlisted[count].plugin = plugin;
    enlisted[count].transport = transport;
    enlisted[count++].state = state;
    return TEL_OK;
}

static int carries(const tel_transport *transport, const char *url) {
    for (const char *const *scheme = transport->schemes; *scheme; scheme++) {
        size_t length = strlen(*scheme);
        if (strncmp(url, *scheme, length) == 0 && url[length] == ':') return 1;
    }
    return 0;
}

static tel_status exchange(int which, const tel_request *request, taker *taker) {
    const tel_transport *transport = enlisted[which].transport;
    tel_answer answer = {.size = sizeof answer, .context = taker, .write = take, .tell = hear};
    tel_status status;
    taker->bytes = 0;
    if (transport->exchange) {
        status = transport->exchange(enlisted[which].state, request, &answer);
    } else if (request->document) {
        status = transport->send(enlisted[which].state, request->url, request->document, request->timeout_ms);
        answer.code = status == TEL_OK ? 200 : 0;
    } else {
        return TEL_OK;
    }
    fprintf(taker->log, "%s %s %d %u\n", request->document ? "deliver" : "fetch", name_of(status), answer.code, answer.retry_after);
    return status;
}

static tel_status deliver(const delivery_job *job) {
    pthread_mutex_lock(&one_at_a_time);
    char path[4096];
    snprintf(path, sizeof path, "%s/courier", job->directory);
    taker taker = {.log = fopen(path, "a")};
    char job_path[4096];
    snprintf(job_path, sizeof job_path, "%s/courier.jobs", job->directory);
    FILE *jobs = fopen(job_path, "a");
    if (jobs) {
        fprintf(jobs, "%s %s %s %u %lld\n", job->vendor, job->program, job->destination, job->timeout_ms, (long long)job->now);
        fclose(jobs);
    }
    tel_status status = TEL_E_NOT_FOUND;
    const char *message = "nothing carries this scheme";
    for (int i = 0; i < count && taker.log; i++) {
        if (!carries(enlisted[i].transport, job->destination)) continue;
        char config[4096], report[4096];
        snprintf(config, sizeof config, "%s/config/latest.json", job->destination);
        snprintf(report, sizeof report, "%s/upload/2026-11-27", job->destination);
        static const char text[] = "{\"Week\":\"2026-11-27\"}";
        tel_document document = {sizeof document, 0, "2026-11-27.json", "application/json", text, sizeof text - 1};
        tel_request fetch = {sizeof fetch, 0, config, NULL, "\"etag\"", job->timeout_ms ? job->timeout_ms : 60000, MOST};
        tel_request send = {sizeof send, 0, report, &document, NULL, job->timeout_ms ? job->timeout_ms : 60000, MOST};
        exchange(i, &fetch, &taker);
        status = exchange(i, &send, &taker);
        message = taker.problem;
        break;
    }
    job->result->made = 3;
    job->result->sent = status == TEL_OK;
    job->result->waiting = status == TEL_E_IO || status == TEL_E_TIMEOUT;
    job->result->rejected = status != TEL_OK && !job->result->waiting;
    if (taker.log) fclose(taker.log);
    pthread_mutex_unlock(&one_at_a_time);
    return status == TEL_OK ? TEL_OK : fail(status, message);
}

static tel_status load(const char *path, const char *settings, const char *directory) {
    char message[4096];
    snprintf(message, sizeof message, "asked to load %s, settings %s, for %s", path, settings ? settings : "none", directory);
    return fail(TEL_E_PLUGIN, message);
}

static tel_status load_stacks(const char *directory) {
    (void)directory;
    return TEL_OK;
}

static void count_crashes(const char *directory, tel_mode mode, int64_t now, bool in_passing) {
    (void)directory, (void)mode, (void)now, (void)in_passing;
}

const delivery *tel_delivery_entry(const delivery_core *offered) {
    static const delivery made = {
        .size = sizeof made, .version = TEL_VERSION, .load = load, .enlist = enlist, .deliver = deliver, .load_stacks = load_stacks, .count_crashes = count_crashes};
    core = offered;
    return &made;
}
