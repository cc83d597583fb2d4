/* tel.exporter/1: reports of any size and with any names, and a host that has enough of it. */
#define _GNU_SOURCE
#include "trial.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const tel_exporter *table(const trial *trial) { return trial_table(trial, TEL_EXPORTER, sizeof(tel_exporter)); }

static void check_table(trial *trial) {
    const tel_exporter *exporter = table(trial);
    REQUIRE(exporter->begin && exporter->end, "its tel_exporter has no function %s", exporter->begin ? "end" : "begin");
    require_text(exporter->format, "its format");
    require_text(exporter->media_type, "its media_type");
    require_text(exporter->suffix, "its suffix");
    size_t length = strlen(exporter->format);
    REQUIRE(length > 0 && length <= 32 && strspn(exporter->format, "abcdefghijklmnopqrstuvwxyz0123456789-") == length,
            "its format is \"%s\", and must be 1 to 32 of a to z, 0 to 9 and \"-\"", exporter->format);
    static const char *const own[] = {"json", "csv", "prometheus", "otlp"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) REQUIRE(strcmp(own[i], exporter->format) != 0, "its format is \"%s\", which libtel writes itself", own[i]);
    char said[300] = "", meant[300];
    if (exporter->destination) require_text(exporter->destination, "its destination");
    REQUIRE(manifest_value(trial->path, "exporter", said, sizeof said), "its manifest has no line \"exporter %s\": nobody finds it", exporter->format);
    snprintf(meant, sizeof meant, "%s%s", exporter->format, exporter->destination ? " sends" : "");
    REQUIRE(strcmp(said, meant) == 0, "its manifest says \"exporter %s\", and what it offers is \"%s\"", said, meant);
    if (exporter->suffix[0] != '.') say_note("its suffix is \"%s\": one of a file's name begins with \".\"", exporter->suffix);
    say_ok("%s, %s%s%s", exporter->format, exporter->media_type, exporter->destination ? ", sent to " : "", exporter->destination ? exporter->destination : "");
}

/* ---- A host's side ----------------------------------------------------------- */

enum { MOST = 1 << 20 };

typedef struct sink {
    size_t     count;
    size_t     refuses;    /* so many bytes are taken; then TEL_E_FULL */
    bool       is_over;
    bool       was_late;   /* written to when it was over */
    char       bytes[MOST];
} sink;

static tel_status take(void *context, const void *bytes, size_t count) {
    sink *into = context;
    if (into->is_over) into->was_late = true;
    if (into->is_over || count > into->refuses - into->count) {
        into->is_over = true;
        return TEL_E_FULL;
    }
    if (count > 0) memcpy(into->bytes + into->count, bytes, count);
    into->count += count;
    return TEL_OK;
}

static sink *new_sink(size_t refuses) {
    sink *made = calloc(1, sizeof *made);
    REQUIRE(made, "there is no memory for the check");
    made->refuses = refuses;
    return made;
}

typedef struct report {
    int         programs, counters;
    const char *name;    /* that each counter's begins with */
} report;

static tel_status visit(const report *of, const tel_visitor *visitor) {
    tel_status status = visitor->week ? visitor->week(visitor->context, "2026-11-20", "2026-11-27") : TEL_OK;
    for (int at = 0; status == TEL_OK && at < of->programs; at++) {
        char version[32];
        snprintf(version, sizeof version, "v1.%d.0", at);
        tel_program program = {sizeof program, 0, "example.com/tool", version, "gcc12.2", "linux", "amd64"};
        if (visitor->program) status = visitor->program(visitor->context, &program);
        for (int number = 0; status == TEL_OK && number < of->counters; number++) {
            char name[5000];
            snprintf(name, sizeof name, "%s:%d", of->name, number);
            if (visitor->counter) status = visitor->counter(visitor->context, name, number == 0 ? UINT64_MAX : (uint64_t)number);
        }
        if (status == TEL_OK && visitor->stack) status = visitor->stack(visitor->context, "tool/bug\nmain.run:+3,+0x1f\nmain.main:+1,+0x8", 1);
    }
    return status;
}

/* As libtel exports one: how the visit ended, or else what `end` answered. */
static tel_status export(const trial *trial, const report *of, sink *into) {
    const tel_exporter *exporter = table(trial);
    tel_visitor visitor = {.size = sizeof visitor};
    tel_status begun = exporter->begin(trial->state, take, into, &visitor);
    REQUIRE(is_status(begun), "its begin answers %d, which is no status", (int)begun);
    if (begun != TEL_OK) return begun;
    tel_status visited = visit(of, &visitor), ended = exporter->end(trial->state, &visitor, visited);
    REQUIRE(is_status(visited) && is_status(ended), "it answers %d, which is no status", (int)(is_status(visited) ? ended : visited));
    return visited != TEL_OK ? visited : ended;
}

static size_t must_export(const trial *trial, const report *of, sink *into, const char *what) {
    tel_status status = export(trial, of, into);
    REQUIRE(status == TEL_OK, "it does not export %s: %s", what, status_name(status));
    return into->count;
}

static const report usual = {3, 40, "tool/latency"};

/* What a plugin that sends is given might leave the machine. */
static void stay_here(const trial *trial) {
    if (table(trial)->destination) say_not_tried("it sends what it is told, and this is only a check");
}

/* ---- Checks --------------------------------------------------------------------- */

static void check_report(trial *trial) {
    stay_here(trial);
    sink *first = new_sink(MOST), *second = new_sink(MOST);
    size_t count = must_export(trial, &usual, first, "a report");
    REQUIRE(count > 0, "it writes nothing of a report");
    must_export(trial, &usual, second, "a report for the second time");
    if (second->count != count || memcmp(first->bytes, second->bytes, count) != 0) say_note("%zu bytes; the same report again is another text: whoever compares files sees changes", count);
    say_ok("%zu bytes", count);
}

static void check_empty(trial *trial) {
    stay_here(trial);
    size_t count = must_export(trial, &(report){0, 0, ""}, new_sink(MOST), "a report without programs");
    must_export(trial, &(report){1, 0, ""}, new_sink(MOST), "a program without counters");
    say_ok("%zu bytes", count);
}

static void check_names(trial *trial) {
    stay_here(trial);
    static char longest[4090];
    memset(longest, 'n', sizeof longest - 1);
    const char *const names[] = {"\"quoted\" \\ 'name'", "<markup>&amp;", "tab\tand\rreturn", "%s%n%d", "\xef\xbf\xbd\xf0\x9f\x98\x80", "{label=\"x\"}", longest};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) must_export(trial, &(report){1, 2, names[i]}, new_sink(MOST), "names with marks, markup, control characters or 4,090 bytes");
    say_ok("marks, markup, control characters, 4,090 bytes");
}

static void check_refusals(trial *trial) {
    stay_here(trial);
    size_t whole = must_export(trial, &usual, new_sink(MOST), "a report");
    const size_t most[] = {0, whole / 2, whole - 1};
    for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
        sink *full = new_sink(most[i]);
        tel_status status = export(trial, &usual, full);
        REQUIRE(status == TEL_E_FULL, "write took %zu of %zu bytes and then answered TEL_E_FULL, and the export ended with %s", most[i], whole, status_name(status));
        REQUIRE(!full->was_late, "it goes on writing after write has answered TEL_E_FULL");
    }
    must_export(trial, &usual, new_sink(MOST), "a report after one that was cut short");
    say_ok("after 0, %zu and %zu bytes", most[1], most[2]);
}

static void *export_here(void *given) {
    must_export(given, &usual, new_sink(MOST), "a report on another thread");
    return NULL;
}

/* One at a time, and any. */
static void check_threads(trial *trial) {
    stay_here(trial);
    for (int i = 0; i < 8; i++) {
        pthread_t thread;
        REQUIRE(pthread_create(&thread, NULL, export_here, trial) == 0, "there are no threads");
        pthread_join(thread, NULL);
    }
    say_ok("8, one after the other");
}

static void check_left(trial *trial) {
    stay_here(trial);
    must_export(trial, &usual, new_sink(MOST), "a report");
    unsigned before = open_descriptors();
    for (int i = 0; i < 100; i++) {
        sink *into = new_sink(i % 2 ? MOST : 10);
        export(trial, &usual, into);
        free(into);
    }
    unsigned after = open_descriptors();
    REQUIRE(after <= before, "100 exports have left %u descriptors", after - before);
    say_ok("no descriptor after 100 exports");
}

/* For valgrind. */
static void check_memory(trial *trial) {
    stay_here(trial);
    for (int i = 0; i < 4; i++) {
        sink *into = new_sink(i % 2 ? MOST : 10);
        export(trial, &(report){1, 3, "tool/x"}, into);
        free(into);
    }
    trial_stop(trial);
}

const suite exporter_suite = {
    TEL_EXPORTER, true, (const check[]){
        {"table", check_table, true, false},
        {"report", check_report, false, false},
        {"empty", check_empty, false, false},
        {"names", check_names, false, false},
        {"refusals", check_refusals, false, false},
        {"threads", check_threads, false, false},
        {"left behind", check_left, false, false},
        {"memory", check_memory, false, true},
        {0},
    }};
