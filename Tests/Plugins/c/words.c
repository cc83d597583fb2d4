/* An exporter that writes a line for each count; -DWRONG_... makes it a wrong
 * one, -DDESTINATION='"URL"' one that sends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tel/plugin.h>
#include <unistd.h>

#ifndef FORMAT
#  define FORMAT "words"
#endif
#ifndef SAID
#  define SAID FORMAT
#endif
#ifndef NAME
#  define NAME "words"
#endif
#ifndef DESTINATION
#  define DESTINATION NULL
#endif

TEL_PLUGIN_MANIFEST("name " NAME "\nversion 1\nsummary writes words\nexporter " SAID "\n")

typedef struct job {
    tel_write_fn write;
    void        *context;
    int          ended;
} job;

static tel_status say(job *own, const char *format, const char *text, uint64_t value) {
    char line[9000];
    int count = snprintf(line, sizeof line, format, text, (unsigned long long)value);
    return own->write(own->context, line, (size_t)count);
}

static tel_status week(void *own, const char *begin, const char *end) {
    tel_status status = say(own, "begin %s\n", begin, 0);
    return status == TEL_OK ? say(own, "end %s\n", end, 0) : status;
}

static tel_status program(void *own, const tel_program *about) { return say(own, "program %s\n", about->program, 0); }

static tel_status counter(void *own, const char *name, uint64_t value) {
#ifdef WRONG_COUNTER
    return WRONG_COUNTER;
#endif
    tel_status status = say(own, "%s %llu\n", name, value);
#ifdef WRONG_DEAF  /* goes on, whatever write says */
    status = TEL_OK;
#endif
    return status;
}

static tel_status stack(void *own, const char *name, uint64_t value) {
    (void)name;
    return say(own, "%s %llu\n", "stack", value);
}

static tel_status begin(void *state, tel_write_fn write, void *context, tel_visitor *visitor) {
    if (state != (void *)42 || visitor->size != sizeof *visitor || visitor->counter != NULL) return TEL_E_INVALID;
#ifdef WRONG_BEGIN
    return WRONG_BEGIN;
#endif
    job *own = calloc(1, sizeof *own);
    *own = (job){write, context, 0};
    visitor->context = own;
    visitor->week = week;
    visitor->program = program;
    visitor->counter = counter;
#ifndef NO_STACKS
    visitor->stack = stack;
#endif
    return TEL_OK;
}

static tel_status end(void *state, tel_visitor *visitor, tel_status visited) {
    (void)state;
    job *own = visitor->context;
    if (own->ended++) abort();
    tel_status status = visited == TEL_OK ? say(own, "%s\n", "the end", 0) : TEL_OK;
    free(own);
#ifdef WRONG_END
    status = WRONG_END;
#endif
    return status;
}

static char endless[400];
static tel_exporter exporter = {
    sizeof exporter, 0, FORMAT, "text/plain", ".txt", begin, end, DESTINATION,
};

static const void *query(const char *id) {
#ifdef WRONG_SIZE
    exporter.size = WRONG_SIZE;
#endif
#ifdef WRONG_TYPE
    exporter.media_type = WRONG_TYPE;
#endif
#ifdef WRONG_SUFFIX
    exporter.suffix = WRONG_SUFFIX;
#endif
#ifdef WRONG_NO_BEGIN
    exporter.begin = NULL;
#endif
#ifdef WRONG_NO_END
    exporter.end = NULL;
#endif
    memset(endless, 'x', sizeof endless);
    return strcmp(id, TEL_EXPORTER) == 0 ? &exporter : NULL;
}

static tel_status start(const tel_host *host, const char *settings, void **state) {
    (void)host;
    (void)settings;
    *state = (void *)42;
    return TEL_OK;
}

TEL_EXPORT const tel_plugin *tel_plugin_entry(void) {
    static const tel_plugin plugin = {sizeof plugin, TEL_PLUGIN_ABI, NAME, "1", "writes words", start, NULL, query};
    return &plugin;
}
