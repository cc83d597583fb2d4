/* Which names count. Names come from standard input, one a line, in hexadecimal:
 *   names strings     each by tel_counter_inc, then by tel_counter_named
 *   names bytes       each by tel_counter_named_bytes
 *   names many N MAX  N distinct names, tel_config.max_names = MAX
 * Everything the logger is told goes to standard output. */
#include "check.h"

static void say(void *context, tel_level level, const char *message) {
    CHECK(context == (void *)0x1234);
    printf("%d %s\n", (int)level, message);
}

static size_t decode(const char *hex, char *bytes) {
    size_t length = 0;
    for (; hex[0] && hex[0] != '\n'; hex += 2) {
        unsigned byte;
        CHECK(sscanf(hex, "%2x", &byte) == 1);
        bytes[length++] = (char)byte;
    }
    bytes[length] = 0;
    return length;
}

int main(int count, char **arguments) {
    tel_config config = check_config();
    CHECK(count >= 2);
    if (strcmp(arguments[1], "many") == 0) config.max_names = (uint32_t)atoi(arguments[3]);
    tel_set_logger(say, (void *)0x1234);
    CHECK_STATUS(tel_open(&config), TEL_OK);
    if (strcmp(arguments[1], "many") == 0) {
        for (int n = 0; n < atoi(arguments[2]); n++) {
            char name[40];
            snprintf(name, sizeof name, "many/%d", n);
            tel_counter_inc(name);
        }
        tel_counter_inc("many/0"); /* known ones go on counting */
        tel_add(tel_counter_named("many/late"), 7);
        return 0;
    }
    static char line[20000], name[10000];
    while (fgets(line, sizeof line, stdin)) {
        size_t length = decode(line, name);
        if (strcmp(arguments[1], "bytes") == 0) {
            tel_counter *counter = tel_counter_named_bytes(name, length);
            CHECK(counter != NULL && *(void **)counter != NULL);
            tel_add(counter, 2);
        } else {
            tel_counter_inc(name);
            tel_counter *counter = tel_counter_named(name);
            CHECK(counter != NULL && *(void **)counter != NULL);
            tel_add(counter, 1);
        }
    }
    return 0;
}
