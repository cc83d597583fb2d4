/* Does what the test says: one order a line on standard input, or one an
 * argument. An order and its operands are parted by tabs, and any byte can be
 * written %XX. Each is answered with one line:
 *
 *     status  message  microseconds  result...
 *
 * The files' time is real unless tel_config.now is asked for: then the order
 * "clock" moves it. */
#include "tel.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_OPERANDS = 16, MOST_HANDLES = 64 };

static int64_t seconds;
static char results[1 << 20];
static size_t results_length;

static int64_t now(void) { return __atomic_load_n(&seconds, __ATOMIC_SEQ_CST); }

/* ---- Words on the wire */

static void append(const char *text, size_t length) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < length && results_length + 4 < sizeof results; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte <= 0x20 || byte == '%' || byte >= 0x7f) {
            results[results_length++] = '%';
            results[results_length++] = digits[byte >> 4];
            results[results_length++] = digits[byte & 15];
        } else {
            results[results_length++] = (char)byte;
        }
    }
}

/* One more word of the answer. */
static void result(const char *text) {
    results[results_length++] = '\t';
    append(text, strlen(text));
}

static void result_number(uint64_t number) {
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    result(text);
}

static size_t decode(char *text) {
    char *to = text;
    for (const char *from = text; *from; from++) {
        unsigned byte;
        if (*from == '%' && sscanf(from + 1, "%2x", &byte) == 1) {
            *to++ = (char)byte;
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    *to = 0;
    return (size_t)(to - text);
}

static int64_t number(const char *text) { return (int64_t)strtoll(text, NULL, 10); }
static uint64_t unsigned_number(const char *text) { return (uint64_t)strtoull(text, NULL, 10); }

/* ---- Orders */

typedef struct {
    char *at[MOST_OPERANDS];
    size_t length[MOST_OPERANDS];
    int count;
} operands;

static bool is(const char *a, const char *b) { return strcmp(a, b) == 0; }

/* Operands are key=value; "clock=N" asks for the clock of this program, and
 * "newer=N" is a member that this tel_config does not have. */
static tel_status open_program(const operands *given) {
    struct { tel_config config; uint64_t newer; } roomy = {.config = TEL_INIT(tel_config)};
    tel_config *config = &roomy.config;
    for (int i = 1; i < given->count; i++) {
        char *value = strchr(given->at[i], '=');
        if (value == NULL) return tel_open(NULL);
        const char *key = given->at[i];
        *value++ = 0;
        if (is(key, "directory")) config->directory = value;
        if (is(key, "program")) config->program = value;
        if (is(key, "version")) config->version = value;
        if (is(key, "toolchain")) config->toolchain = value;
        if (is(key, "destination")) config->destination = value;
        if (is(key, "vendor")) config->vendor = value;
        if (is(key, "uploader")) config->uploader = value;
        if (is(key, "flags")) config->flags = (uint32_t)unsigned_number(value);
        if (is(key, "max_names")) config->max_names = (uint32_t)unsigned_number(value);
        if (is(key, "reserved")) config->reserved = (uint32_t)unsigned_number(value);
        if (is(key, "size")) config->size = (uint32_t)unsigned_number(value);
        if (is(key, "newer")) {
            roomy.newer = unsigned_number(value);
            config->size = sizeof roomy;
        }
        if (is(key, "clock")) {
            seconds = number(value);
            config->now = now;
        }
    }
    return tel_open(config);
}

/* The same handle again for the same name, as a program would keep it. */
static tel_counter *handle(const char *name, size_t length, bool as_bytes) {
    static struct { char *name; tel_counter *counter; } known[MOST_HANDLES];
    for (int i = 0; i < MOST_HANDLES && known[i].name; i++)
        if (is(known[i].name, name)) return known[i].counter;
    tel_counter *counter = as_bytes ? tel_counter_named_bytes(name, length) : tel_counter_named(name);
    for (int i = 0; i < MOST_HANDLES; i++) {
        if (known[i].name) continue;
        known[i].name = strdup(name);
        known[i].counter = counter;
        break;
    }
    return counter;
}

/* What a visitor tells, up to the call that is to answer something else. */
typedef struct {
    int left;
    tel_status answer;
} visit_plan;

static tel_status told(void *context) {
    visit_plan *plan = context;
    return --plan->left == 0 ? plan->answer : TEL_OK;
}

static tel_status on_week(void *context, const char *begin, const char *end) {
    result("week"), result(begin), result(end);
    return told(context);
}

static tel_status on_program(void *context, const tel_program *program) {
    result("program"), result(program->program), result(program->version), result(program->toolchain);
    result(program->os), result(program->arch), result_number(program->size == sizeof *program);
    return told(context);
}

static tel_status on_counter(void *context, const char *name, uint64_t value) {
    result("counter"), result(name), result_number(value);
    return told(context);
}

static tel_status on_stack(void *context, const char *name, uint64_t value) {
    result("stack"), result(name), result_number(value);
    return told(context);
}

/* visit PATH|"" MEMBERS STOP ANSWER: MEMBERS has a letter for each member that
 * is not NULL, of w p c s, and may have 0, = or + for a size of nothing, of a
 * newer struct that asks for nothing new, or for something; N for no visitor at
 * all. The STOPth call answers ANSWER. */
static tel_status visit(const operands *given) {
    visit_plan plan = {given->count > 3 ? (int)number(given->at[3]) : 0, given->count > 4 ? (tel_status)number(given->at[4]) : 0};
    const char *members = given->count > 2 ? given->at[2] : "wpcs";
    struct { tel_visitor visitor; uint64_t newer; } roomy = {.visitor = TEL_INIT(tel_visitor)};
    tel_visitor *visitor = &roomy.visitor;
    visitor->context = &plan;
    if (strchr(members, 'w')) visitor->week = on_week;
    if (strchr(members, 'p')) visitor->program = on_program;
    if (strchr(members, 'c')) visitor->counter = on_counter;
    if (strchr(members, 's')) visitor->stack = on_stack;
    if (strchr(members, '=')) visitor->size = sizeof roomy;
    if (strchr(members, '+')) visitor->size = sizeof roomy, roomy.newer = 1;
    if (strchr(members, '0')) visitor->size = 0;
    const char *path = given->at[1][0] ? given->at[1] : NULL;
    return tel_report_visit(path, strchr(members, 'N') ? NULL : visitor);
}

static tel_status on_bytes(void *context, const void *bytes, size_t count) {
    char *text = strndup(bytes, count);
    result(text);
    free(text);
    return told(context);
}

/* export PATH|"" FORMAT|"" STOP ANSWER: each piece that is written is a result,
 * the STOPth call answers ANSWER; no function at all if STOP is -1. */
static tel_status export_report(const operands *given) {
    visit_plan plan = {(int)number(given->at[3]), (tel_status)number(given->at[4])};
    const char *path = given->at[1][0] ? given->at[1] : NULL, *format = given->at[2][0] ? given->at[2] : NULL;
    return tel_report_export(path, format, plan.left == -1 ? NULL : on_bytes, &plan);
}

/* figures TIMEOUT SIZE: a flush that tells what it did, into a struct that says
 * it has this size. What is behind that stays as it was, 77. */
static tel_status flush_with_figures(const operands *given) {
    tel_flush_result figures = {(uint32_t)unsigned_number(given->at[2]), 77, 77, 77, 77, 77};
    tel_status status = tel_flush_report_result((uint32_t)unsigned_number(given->at[1]), &figures);
    result_number(figures.made), result_number(figures.sent), result_number(figures.rejected), result_number(figures.waiting);
    return status;
}

/* Compared with what the library that is told of it gets. */
struct tel_plugin { int nothing; };
static struct tel_plugin own_plugin;

static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;
static char logged[1 << 16];

static void logger(void *context, tel_level level, const char *message) {
    (void)context;
    (void)level;
    pthread_mutex_lock(&log_mutex);
    size_t length = strlen(logged);
    snprintf(logged + length, sizeof logged - length, "%s\n", message);
    pthread_mutex_unlock(&log_mutex);
}

/* Every pointer that can be NULL is. What can answer, answers. */
static void pass_null(void) {
    tel_histogram *histogram = NULL;
    uint64_t value;
    tel_counter_inc(NULL);
    tel_counter_add(NULL, 1);
    tel_add(NULL, 1);
    tel_add(tel_counter_named(NULL), 1);
    tel_add(tel_counter_named_bytes(NULL, 0), 1);
    tel_histogram_record(NULL, 1);
    tel_stack_inc(NULL, 1);
    tel_stack_inc_frames(NULL, NULL, 0);
    tel_stack_inc_frames("null/stack", NULL, 3);
    tel_set_logger(NULL, NULL);
    result(tel_status_name(tel_counter_read(NULL, &value)));
    result(tel_error_message());
    result(tel_status_name(tel_counter_read("a", NULL)));
    result(tel_error_message());
    result(tel_status_name(tel_histogram_named(NULL, "a", TEL_UNIT_NONE, NULL, 0)));
    result(tel_error_message());
    result(tel_status_name(tel_histogram_named(&histogram, NULL, TEL_UNIT_NONE, NULL, 0)));
    result(tel_error_message());
    result(tel_status_name(tel_report_visit(NULL, NULL)));
    result(tel_error_message());
    result(tel_status_name(tel_report_export(NULL, NULL, NULL, NULL)));
    result(tel_error_message());
    result(tel_status_name(tel_plugin_load(NULL, NULL)));
    result(tel_error_message());
    result(tel_status_name(tel_plugin_register(NULL, NULL)));
    result(tel_error_message());
}

static void pause_for(int64_t milliseconds);

/* orphan PATH NAME N: a forked child that waits until there is such a file,
 * adds, removes the file, and ends. It may outlive this process. */
static void leave_orphan(const operands *given) {
    pid_t child = fork();
    if (child != 0) return;
    /* Nobody reads what it says, and its parent's end must not wait for it. */
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    for (int i = 0; i < 10000 && access(given->at[1], F_OK) != 0; i++) pause_for(2);
    tel_add(handle(given->at[2], given->length[2], false), unsigned_number(given->at[3]));
    unlink(given->at[1]);
    _exit(0);
}

static void pause_for(int64_t milliseconds) {
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* load NAME, and later late N: what a thread does that is stopped between
 * loading the cell, which is the first word of a handle, and adding to it. */
static uint64_t *loaded;

static void load(tel_counter *counter) { loaded = __atomic_load_n((uint64_t **)(void *)counter, __ATOMIC_SEQ_CST); }

static tel_status follow(const operands *given) {
    const char *order = given->at[0];
    const char *first = given->count > 1 ? given->at[1] : "";
    uint64_t n = given->count > 2 ? unsigned_number(given->at[2]) : 1;
    if (is(order, "open")) return open_program(given);
    if (is(order, "rotate")) return tel_rotate();
    if (is(order, "flush")) return tel_flush_report((uint32_t)unsigned_number(first));
    if (is(order, "figures")) return flush_with_figures(given);
    if (is(order, "plugin")) return tel_plugin_load(first, given->count > 2 ? given->at[2] : NULL);
    if (is(order, "enlist")) return tel_plugin_register(&own_plugin, given->count > 1 ? first : NULL);
    if (is(order, "record")) return tel_consent_record((tel_mode)number(first), given->at[2], given->at[3]);
    if (is(order, "setmode")) return tel_set_mode((tel_mode)number(first));
    if (is(order, "visit")) return visit(given);
    if (is(order, "export")) return export_report(given);
    if (is(order, "close")) tel_close();
    else if (is(order, "clock")) __atomic_store_n(&seconds, number(first), __ATOMIC_SEQ_CST);
    else if (is(order, "count")) tel_counter_add(first, n);
    else if (is(order, "add")) tel_add(handle(first, given->length[1], false), n);
    else if (is(order, "raw")) tel_add(handle(first, given->length[1], true), n);
    else if (is(order, "load")) load(handle(first, given->length[1], false));
    else if (is(order, "late")) __atomic_fetch_add(loaded, unsigned_number(first), __ATOMIC_SEQ_CST);
    else if (is(order, "named")) handle(first, given->length[1], false);
    else if (is(order, "getmode")) result_number((uint64_t)tel_get_mode());
    else if (is(order, "ask")) result_number((uint64_t)tel_consent_should_ask(first, given->at[2])), result(tel_error_message());
    else if (is(order, "stored")) result_number((uint64_t)tel_stored_mode());
    else if (is(order, "directory")) result(tel_directory());
    else if (is(order, "file")) result(tel_counter_file());
    else if (is(order, "log")) tel_set_logger(logger, NULL);
    else if (is(order, "null")) pass_null();
    else if (is(order, "orphan")) leave_orphan(given);
    else if (is(order, "closefrom")) for (int i = (int)number(first); i < 1024; i++) close(i);
    else if (is(order, "sleep")) pause_for(number(first));
    else if (is(order, "many")) { /* many PREFIX COUNT: one for each of PREFIX0, PREFIX1... */
        char name[4200];
        for (uint64_t i = 0; i < n; i++) {
            snprintf(name, sizeof name, "%s%llu", first, (unsigned long long)i);
            tel_counter_inc(name);
        }
    } else if (is(order, "logged")) {
        pthread_mutex_lock(&log_mutex);
        result(logged);
        logged[0] = 0;
        pthread_mutex_unlock(&log_mutex);
    } else if (is(order, "read")) {
        uint64_t value = 0;
        tel_status status = tel_counter_read(first, &value);
        result_number(value);
        return status;
    } else {
        fprintf(stderr, "driver: there is no order \"%s\"\n", order);
        exit(2);
    }
    return TEL_OK;
}

static int64_t monotonic(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void answer(char *line) {
    operands given = {.count = 0};
    line[strcspn(line, "\n")] = 0;
    for (char *word = line; word && given.count < MOST_OPERANDS; given.count++) {
        char *tab = strchr(word, '\t');
        if (tab) *tab = 0;
        given.at[given.count] = word;
        given.length[given.count] = decode(word);
        word = tab ? tab + 1 : NULL;
    }
    results_length = 0;
    int64_t begin = monotonic();
    tel_status status = follow(&given);
    int64_t took = monotonic() - begin;
    size_t words = results_length;
    append(status ? tel_error_message() : "", status ? strlen(tel_error_message()) : 0);
    char head[64];
    int head_length = status > 0 ? snprintf(head, sizeof head, "%d", (int)status)
                                 : snprintf(head, sizeof head, "%s", tel_status_name(status));
    printf("%.*s\t%.*s\t%lld%.*s\n", head_length, head, (int)(results_length - words), results + words, (long long)took,
           (int)words, results);
    fflush(stdout);
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) answer(argv[i]);
    static char line[1 << 16];
    while (argc == 1 && fgets(line, sizeof line, stdin)) answer(line);
    return 0;
}
