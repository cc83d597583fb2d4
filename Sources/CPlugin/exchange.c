/* An exchange with a plugin that may hang, or call back when it is over. It runs
 * on a thread of its own, with copies of all that it is given, and is given up
 * when it does not return in time: the thread stays, and nobody listens to it. */
#define _GNU_SOURCE
#include "cplugin.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef struct slot {
    pthread_mutex_t    mutex;
    pthread_cond_t     is_over;
    pid_t              process;     /* that the two were made for */
    bool               is_open;     /* somebody listens to `heard`; guarded, as all that follows */
    bool               has_returned;
    const tel_answer  *listener;
    tel_answer         answer;      /* the plugin's */
    tel_request        request;
    tel_document       document;
    char              *copies;
    tel_status         status;
    struct cplugin_line *line;
} slot;

/* The latest of a plugin's exchanges: one that calls back so much later is not
 * told from memory that is somebody else's. */
enum { SLOTS = 16 };

struct cplugin_line {
    const tel_transport *transport;
    void                *state;
    bool                 is_watched;
    unsigned             next;
    slot                 slots[SLOTS];
};

cplugin_line *cplugin_line_new(const tel_transport *transport, void *state, bool is_watched) {
    cplugin_line *line = calloc(1, sizeof *line);
    if (line == NULL) abort();
    line->transport = transport;
    line->state = state;
    line->is_watched = is_watched;
    return line;
}

/* ---- What the plugin calls ----------------------------------------------- */

static tel_status take(void *context, const void *bytes, size_t count) {
    slot *slot = context;
    pthread_mutex_lock(&slot->mutex);
    tel_status status = slot->is_open ? slot->listener->write(slot->listener->context, bytes, count) : TEL_E_TIMEOUT;
    pthread_mutex_unlock(&slot->mutex);
    return status;
}

static void hear(void *context, const char *key, const char *text) {
    slot *slot = context;
    pthread_mutex_lock(&slot->mutex);
    if (slot->is_open) slot->listener->tell(slot->listener->context, key, text);
    pthread_mutex_unlock(&slot->mutex);
}

/* ---- Copies -------------------------------------------------------------- */

static const char *copy(char **to, const void *bytes, size_t count) {
    char *start = *to;
    if (bytes == NULL) return NULL;
    memcpy(start, bytes, count);
    *to += count;
    return start;
}

static size_t length(const char *text) { return text != NULL ? strlen(text) + 1 : 0; }

/* All that a request leads to, in one piece of memory. */
static bool take_copies(slot *slot, const tel_request *given) {
    const tel_document *document = given->document;
    size_t needed = length(given->url) + length(given->tag) + 1;
    if (document != NULL) needed += length(document->name) + length(document->media_type) + document->count;
    char *to = slot->copies = malloc(needed);
    if (to == NULL) return false;
    slot->request = *given;
    slot->request.url = copy(&to, given->url, length(given->url));
    slot->request.tag = copy(&to, given->tag, length(given->tag));
    if (document == NULL) return true;
    slot->document = *document;
    slot->document.name = copy(&to, document->name, length(document->name));
    slot->document.media_type = copy(&to, document->media_type, length(document->media_type));
    slot->document.bytes = copy(&to, document->bytes, document->count);
    slot->request.document = &slot->document;
    return true;
}

/* ---- The exchange -------------------------------------------------------- */

static slot *next_slot(cplugin_line *line) {
    slot *slot = &line->slots[line->next++ % SLOTS];
    if (slot->process != getpid()) {
        pthread_condattr_t kind;
        pthread_condattr_init(&kind);
        pthread_condattr_setclock(&kind, CLOCK_MONOTONIC);
        pthread_mutex_init(&slot->mutex, NULL);
        pthread_cond_init(&slot->is_over, &kind);
        pthread_condattr_destroy(&kind);
        slot->process = getpid();
    }
    return slot;
}

static tel_status carry(slot *slot) {
    const tel_transport *transport = slot->line->transport;
    const tel_request *request = &slot->request;
    if (transport->exchange != NULL) return transport->exchange(slot->line->state, request, &slot->answer);
    slot->answer.code = 200;
    return transport->send(slot->line->state, request->url, request->document, request->timeout_ms);
}

static void *run(void *given) {
    slot *slot = given;
    tel_status status = carry(slot);
    pthread_mutex_lock(&slot->mutex);
    slot->status = status;
    slot->has_returned = true;
    pthread_cond_signal(&slot->is_over);
    pthread_mutex_unlock(&slot->mutex);
    return NULL;
}

/* Signals are the host's, and its handlers may count on its threads. */
static bool start(slot *slot, pthread_t *thread) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool is_started = pthread_create(thread, NULL, run, slot) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return is_started;
}

static bool wait_for(slot *slot, int64_t limit_ms) {
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += limit_ms / 1000;
    end.tv_nsec += limit_ms % 1000 * 1000000;
    if (end.tv_nsec >= 1000000000) end.tv_sec++, end.tv_nsec -= 1000000000;
    while (!slot->has_returned)
        if (pthread_cond_timedwait(&slot->is_over, &slot->mutex, &end) != 0) break;
    return slot->has_returned;
}

tel_status cplugin_exchange(cplugin_line *line, const tel_request *request, tel_answer *answer, uint32_t grace_ms, bool *is_lost) {
    slot *slot = next_slot(line);
    pthread_t thread;
    *is_lost = false;
    pthread_mutex_lock(&slot->mutex);
    slot->line = line;
    slot->has_returned = false;
    slot->listener = answer;
    slot->answer = *answer;
    slot->answer.context = slot;
    slot->answer.write = take;
    slot->answer.tell = hear;
    bool is_ready = take_copies(slot, request);
    slot->is_open = is_ready;
    pthread_mutex_unlock(&slot->mutex);
    if (!is_ready) return TEL_E_FULL;
    bool is_threaded = line->is_watched && start(slot, &thread);
    /* The program's own plugin runs on the program's thread, as does one for which there is no other. */
    if (!is_threaded) run(slot);
    pthread_mutex_lock(&slot->mutex);
    *is_lost = !wait_for(slot, (int64_t)request->timeout_ms + grace_ms);
    slot->is_open = false;
    if (!*is_lost) {
        answer->code = slot->answer.code;
        answer->retry_after = slot->answer.retry_after;
        free(slot->copies);
    }
    tel_status status = *is_lost ? TEL_E_TIMEOUT : slot->status;
    pthread_mutex_unlock(&slot->mutex);
    if (is_threaded && *is_lost) pthread_detach(thread);
    else if (is_threaded) pthread_join(thread, NULL);
    return status;
}
