/* tel_stack_inc_frames with frames from standard input: scope, function, line,
 * offset and flags, a tab between them, a frame a line; "\n" in a text is
 * written as U+0001, and U+0002 alone stands for NULL. Then tells what
 * tel_report_visit says of the stack, one line of C string escapes. */
#include "check.h"

static char *text(char *word) {
    if (strcmp(word, "\2") == 0) return NULL;
    for (char *at = word; *at; at++)
        if (*at == '\1') *at = '\n';
    return strdup(word);
}

static tel_status show(void *context, const char *name, uint64_t value) {
    (void)context;
    printf("%" PRIu64 " ", value);
    for (; *name; name++) printf("%02x", (unsigned char)*name);
    printf("\n");
    return TEL_OK;
}

int main(int argc, char **arguments) {
    static char line[20000];
    static tel_frame frames[2000];
    size_t count = 0;
    CHECK(argc == 2);
    check_open();
    while (fgets(line, sizeof line, stdin)) {
        CHECK(count < 2000);
        line[strcspn(line, "\n")] = 0;
        char *at = line, *words[5];
        for (int n = 0; n < 5; n++) CHECK((words[n] = strsep(&at, "\t")) != NULL);
        frames[count++] = (tel_frame){text(words[0]), text(words[1]), strtoll(words[2], NULL, 10), strtoull(words[3], NULL, 0), (uint32_t)strtoul(words[4], NULL, 0), 0};
    }
    tel_stack_inc_frames(text(arguments[1]), frames, count);
    tel_stack_inc_frames(text(arguments[1]), frames, count);
    tel_visitor visitor = {.size = sizeof visitor, .stack = show};
    CHECK_STATUS(tel_report_visit(NULL, &visitor), TEL_OK);
    return 0;
}
