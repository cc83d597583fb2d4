/* counts.c - read counter files and reports: one line for each counter.
 *
 *     cc -o counts counts.c $(pkg-config --cflags --libs tel)
 *     ./counts ~/.config/tel/telemetry/local/local.2026-11-27.json
 *
 * The columns are program, version, toolchain, counter and value, with a tab
 * between them: made for sort, awk and spreadsheets. A counter file's name ends
 * in .count, a report's in .json; tel_report_visit reads either.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <tel.h>

/* Whose counters come next. The program's strings last only during the call,
 * so its line is made at once. */
typedef struct {
    char identity[1024];
} table;

static tel_status program(void *context, const tel_program *program) {
    table *t = context;
    snprintf(t->identity, sizeof t->identity, "%s\t%s\t%s", program->program, program->version, program->toolchain);
    return TEL_OK;
}

/* A stack's name has a line for each frame; here the first one, the name under
 * which it was counted, is enough. Files come from anywhere: what could upset a
 * terminal or the columns is shown as "?". */
static tel_status counter(void *context, const char *name, uint64_t value) {
    const table *t = context;
    printf("%s\t", t->identity);
    for (const char *c = name; *c && *c != '\n'; c++) putchar(iscntrl((unsigned char)*c) ? '?' : *c);
    printf("\t%" PRIu64 "\n", value);
    return TEL_OK;
}

int main(int argc, char **argv) {
    int failed = argc < 2;
    if (failed) fputs("usage: counts FILE.count|REPORT.json ...\n", stderr);
    for (int i = 1; i < argc; i++) {
        table t = {""};
        tel_visitor visitor = TEL_INIT(tel_visitor);
        visitor.context = &t;
        visitor.program = program;
        visitor.counter = counter;
        visitor.stack = counter;
        if (tel_report_visit(argv[i], &visitor) != TEL_OK) {
            fprintf(stderr, "counts: %s\n", tel_error_message());
            failed = 1;
        }
    }
    return failed;
}
