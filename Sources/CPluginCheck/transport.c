/* tel.transport/1: what goes wrong on the way to a collector. */
#define _GNU_SOURCE
#include "collector.h"
#include "trial.h"

#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- One exchange, watched ----------------------------------------------- */

typedef struct hearing {
    size_t   room;      /* that is left; then writing is refused */
    size_t   taken;
    unsigned refused, after_refusal, after_return;
    bool     is_over;
    bool     is_one_way;
    tel_answer answer;  /* kept as long, for who calls back later */
} hearing;

static tel_status take(void *context, const void *bytes, size_t count) {
    hearing *heard = context;
    if (heard->is_over) heard->after_return++;
    if (heard->refused) heard->after_refusal++;
    if (count > 0 && count <= heard->room - heard->taken) {
        /* Every byte must be there. */
        volatile unsigned char sum = 0;
        for (size_t i = 0; i < count; i += 512) sum = (unsigned char)(sum + ((const unsigned char *)bytes)[i]);
        sum = (unsigned char)(sum + ((const unsigned char *)bytes)[count - 1]);
    }
    if (count > heard->room - heard->taken) return heard->refused++, TEL_E_FULL;
    heard->taken += count;
    return TEL_OK;
}

static void hear(void *context, const char *key, const char *text) {
    hearing *heard = context;
    if (heard->is_over) heard->after_return++;
    if (key) REQUIRE(strnlen(key, 65536) < 65536, "it tells a key that does not end");
    if (text) REQUIRE(strnlen(text, 65536) < 65536, "it tells a text that does not end");
}

static const tel_document document = {sizeof document, 0, "2026-11-27.json", "application/json", "{\"Week\":\"2026-11-27\"}", 21};
static const tel_document nothing = {sizeof nothing, 0, "2026-11-27.json", "application/json", NULL, 0};

static const tel_transport *table(const trial *trial) { return trial_table(trial, TEL_TRANSPORT, sizeof(tel_transport)); }

static tel_status exchange_by(const tel_transport *transport, void *state, const char *url, const tel_document *sent, const char *tag, uint32_t timeout, uint32_t most, hearing *heard,
                              int32_t *code) {
    tel_request request = {sizeof request, 0, url, sent, tag, timeout, most};
    heard->answer = (tel_answer){sizeof heard->answer, 0, 0, 0, heard, take, hear};
    tel_answer *answer = &heard->answer;
    tel_status status;
    heard->room = most;
    if (transport->exchange) status = transport->exchange(state, &request, answer);
    else if (sent) status = transport->send(state, url, sent, timeout), answer->code = 200;
    else return heard->is_one_way = true, TEL_E_UNSUPPORTED;
    heard->is_over = true;
    REQUIRE(is_status(status), "%s with %.80s: it answers status %d, which is none", sent ? "delivering" : "fetching", url, status);
    REQUIRE(status != TEL_OK || (answer->code >= 100 && answer->code <= 599), "%s with %.80s: it answers TEL_OK and code %d, and must with 100 to 599", sent ? "delivering" : "fetching", url,
            answer->code);
    *code = answer->code;
    return status;
}

/* Kept: it may be called back later. */
static hearing *new_hearing(void) {
    hearing *heard = calloc(1, sizeof *heard);
    if (heard == NULL) say_not_tried("there is no memory");
    return heard;
}

static tel_status exchange(const trial *trial, const char *url, const tel_document *sent, uint32_t timeout) {
    int32_t code;
    return exchange_by(table(trial), trial->state, url, sent, NULL, timeout, 1 << 20, new_hearing(), &code);
}

/* A URL of its first scheme, or of "http", if it is among them. */
static const char *scheme(const trial *trial) {
    const tel_transport *transport = table(trial);
    for (int i = 0; transport->schemes[i]; i++)
        if (strcmp(transport->schemes[i], "http") == 0) return "http";
    return transport->schemes[0];
}

/* ---- Checks -------------------------------------------------------------- */

static void check_table(trial *trial) {
    const tel_transport *transport = table(trial);
    char said[300] = "", all[300] = " ", word[300];
    REQUIRE(transport->schemes != NULL && transport->schemes[0] != NULL, "its tel_transport has no schemes");
    REQUIRE(transport->send || transport->exchange, "its tel_transport has neither a function send nor exchange");
    REQUIRE(manifest_value(trial->path, "transport", said, sizeof said), "its manifest has no line \"transport\": libtel would not load it for its schemes");
    size_t count = 0;
    for (; transport->schemes[count]; count++) {
        const char *scheme = transport->schemes[count];
        REQUIRE(count < 16, "its tel_transport has more than 16 schemes, or no end of them");
        size_t length = strnlen(scheme, 33);
        REQUIRE(length > 0 && length <= 32 && scheme[0] >= 'a' && scheme[0] <= 'z' && strspn(scheme, "abcdefghijklmnopqrstuvwxyz0123456789+-.") == length,
                "\"%.40s\" is no scheme of URLs in small letters", scheme);
        snprintf(word, sizeof word, " %s ", scheme);
        char padded[310];
        snprintf(padded, sizeof padded, " %s ", said);
        REQUIRE(strstr(padded, word), "its manifest does not say that it carries documents to %s:", scheme);
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s ", scheme);
    }
    for (char *at = strtok(said, " "); at; at = strtok(NULL, " ")) {
        snprintf(word, sizeof word, " %s ", at);
        REQUIRE(strstr(all, word), "its manifest says that it carries documents to %s:, and it does not", at);
    }
    say_ok("%s%.250s", transport->exchange ? "fetches and delivers:" : "delivers:", all);
}

static void check_unreachable(trial *trial) {
    char url[200], text[300] = "";
    hearing *heard[4];
    snprintf(url, sizeof url, "%s://127.0.0.1:1/nowhere/upload/2026-11-27", scheme(trial));
    int64_t start = milliseconds();
    const struct { const char *name; const tel_document *sent; const char *tag; } tries[] = {
        {"fetching", NULL, NULL}, {"with a tag", NULL, "\"x\""}, {"delivering", &document, NULL}, {"nothing", &nothing, NULL}};
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        int32_t code = 0;
        heard[i] = new_hearing();
        tel_status status = exchange_by(table(trial), trial->state, url, tries[i].sent, tries[i].tag, 2000, 1 << 20, heard[i], &code);
        if (i % 2 == 0) snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s: %s", *text ? ", " : "", tries[i].name, status == TEL_OK ? "an answer" : status_name(status));
        REQUIRE(milliseconds() - start < 2000 * (int64_t)(i + 1) + 1000, "with timeout_ms 2000 it takes %lld ms to find that nobody is there", (long long)(milliseconds() - start));
        REQUIRE(heard[i]->after_refusal == 0, "it goes on to write after a write was refused");
    }
    usleep(30000);
    for (size_t i = 0; i < 4; i++) REQUIRE(heard[i]->after_return == 0, "it calls back after its exchange has returned");
    say_ok("%s", text);
}

static void check_strange_urls(trial *trial) {
    static char endless[65536];
    memset(endless, 'x', sizeof endless - 1);
    const char *accepted = NULL;
    char own[64];
    snprintf(own, sizeof own, "%s:", scheme(trial));
    const char *const urls[] = {"", "nonsense", "nonsense://127.0.0.1:1/x", "://", own, "%s%n%s%n", endless};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        (void)exchange(trial, urls[i], NULL, 1000);
        int32_t code = 0;
        tel_status status = exchange_by(table(trial), trial->state, urls[i], &document, NULL, 1000, 1 << 20, new_hearing(), &code);
        if (status == TEL_OK && code >= 200 && code < 300) accepted = urls[i];
    }
    if (accepted) say_note("it answers that a document was delivered to \"%.40s\", which is none of its URLs", accepted);
}

/* For whoever asks a machine that does not answer. */
static void check_timeout(trial *trial) {
    int port = collector_start(0, true);
    if (port == 0) say_not_tried("there is no socket to listen on");
    char url[200];
    snprintf(url, sizeof url, "%s://127.0.0.1:%d/upload/2026-11-27", scheme(trial), port);
    long long longest = 0;
    for (uint32_t timeout = 1; timeout <= 301; timeout += 300) {
        for (int fetches = 0; fetches < 2; fetches++) {
            int64_t start = milliseconds();
            (void)exchange(trial, url, fetches ? NULL : &document, timeout);
            long long took = milliseconds() - start;
            REQUIRE(took <= timeout + 1000, "with timeout_ms %u it takes %lld ms when nobody answers", timeout, took);
            if (took > longest) longest = took;
        }
    }
    say_ok("kept when nobody answers: %lld ms of 301", longest);
}

enum { LONG = 300000 };

/* Where it can fetch LONG bytes; says so if there is no such place. */
static const char *source(const trial *trial) {
    static char url[2 * PATH_MAX];
    const char *own = scheme(trial);
    if (trial->url) return trial->url;
    if (table(trial)->exchange == NULL) say_not_tried("it cannot fetch");
    if (strcmp(own, "http") == 0) {
        snprintf(url, sizeof url, "http://127.0.0.1:%d/config/latest.json", collector_start(LONG, false));
    } else if (strcmp(own, "file") == 0) {
        char folder[] = "/tmp/tel-plugins-check-XXXXXX", path[200];
        if (!mkdtemp(folder)) say_not_tried("there is no folder to fetch from");
        snprintf(path, sizeof path, "%s/config", folder);
        mkdir(path, 0700);
        strcat(path, "/latest.json");
        FILE *file = fopen(path, "w");
        for (int i = 0; file && i < LONG; i++) fputc('x', file);
        if (file) fclose(file);
        snprintf(url, sizeof url, "file://%s/config/latest.json", folder);
    } else if (strcmp(own, "exec") == 0) {
        snprintf(url, sizeof url, "exec:/usr/bin/head -c %d /dev/zero#/config/latest.json", LONG);
    } else {
        say_not_tried("give it a URL that it can fetch something from, by --url");
    }
    return url;
}

static void leave(const trial *trial, const char *url) {
    if (trial->url || strncmp(url, "file://", 7) != 0) return;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s", url + 7);
    unlink(path);
    *strrchr(path, '/') = 0;
    rmdir(path);
    *strrchr(path, '/') = 0;
    rmdir(path);
}

static void check_long_answer(trial *trial) {
    const char *url = source(trial);
    int32_t code = 0;
    hearing *whole = new_hearing();
    tel_status status = exchange_by(table(trial), trial->state, url, NULL, NULL, 5000, 1 << 30, whole, &code);
    size_t length = whole->taken;
    const uint32_t rooms[] = {0, 1, (uint32_t)length / 2, (uint32_t)length - 1};
    unsigned after = 0, accepted = 0;
    for (size_t i = 0; length > 0 && i < sizeof rooms / sizeof *rooms; i++) {
        hearing *heard = new_hearing();
        tel_status now = exchange_by(table(trial), trial->state, url, NULL, NULL, 5000, rooms[i], heard, &code);
        if (now == TEL_OK && heard->refused) accepted++;
        after += heard->after_refusal;
        usleep(20000);
        REQUIRE(heard->after_return == 0, "it calls back after its exchange has returned");
    }
    leave(trial, url);
    if (length == 0) say_not_tried("it fetches nothing from %.200s (%s, code %d)", url, status_name(status), code);
    REQUIRE(after == 0, "it goes on to write after a write was refused");
    if (accepted) say_note("it answers TEL_OK although a write was refused");
    say_ok("%zu bytes, refused after 0, 1, half and all but one", length);
}

static void *exchange_elsewhere(void *given) {
    char url[200];
    snprintf(url, sizeof url, "%s://127.0.0.1:1/upload/2026-11-27", scheme(given));
    (void)exchange(given, url, &document, 2000);
    return NULL;
}

/* One thread at a time, but not always the same. */
static void check_other_thread(trial *trial) {
    for (int i = 0; i < 3; i++) {
        pthread_t thread;
        REQUIRE(pthread_create(&thread, NULL, exchange_elsewhere, trial) == 0, "there are no threads");
        pthread_join(thread, NULL);
    }
}

static void check_growth(trial *trial) {
    char url[200];
    snprintf(url, sizeof url, "%s://127.0.0.1:1/upload/2026-11-27", scheme(trial));
    int64_t end = milliseconds() + 4000;
    unsigned descriptors = 0, rounds = 0;
    size_t before = 0;
    hearing *heard = new_hearing();
    int32_t code;
    for (; rounds < 220 && milliseconds() < end; rounds++) {
        if (rounds == 20) descriptors = open_descriptors(), before = mallinfo2().uordblks;
        *heard = (hearing){0};
        (void)exchange_by(table(trial), trial->state, url, rounds % 2 ? &document : NULL, NULL, 1000, 1 << 20, heard, &code);
    }
    if (rounds < 40) say_not_tried("%u exchanges took 4 s", rounds);
    unsigned tried = rounds - 20;
    unsigned more = open_descriptors();
    REQUIRE(more <= descriptors, "after %u exchanges %u descriptors more are open", tried, more - descriptors);
    size_t after = mallinfo2().uordblks;
    REQUIRE(after <= before + 16 * (size_t)tried, "each exchange leaves %zu bytes of memory behind", (after - before) / tried);
    say_ok("%u exchanges leave no descriptor and no memory", tried);
}

static void check_memory(trial *trial) {
    char url[200];
    snprintf(url, sizeof url, "%s://127.0.0.1:1/upload/2026-11-27", scheme(trial));
    for (int i = 0; i < 4; i++) (void)exchange(trial, url, i % 2 ? &document : NULL, 2000);
    (void)exchange(trial, "nonsense", &nothing, 1000);
    trial_stop(trial);
}

const suite transport_suite = {
    TEL_TRANSPORT, true, (const check[]){
        {"table", check_table, true, false},
        {"unreachable", check_unreachable, false, false},
        {"strange URLs", check_strange_urls, false, false},
        {"timeout", check_timeout, false, false},
        {"long answer", check_long_answer, false, false},
        {"other thread", check_other_thread, false, false},
        {"growth", check_growth, false, false},
        {"memory", check_memory, false, true},
        {0},
    }};
