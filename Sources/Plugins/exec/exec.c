/* exec: a program of the user's own carries documents.
 *
 *     exec:/usr/local/bin/carry first second#/upload/2026-11-27
 *
 * Before the "#" are the program, by its absolute path, and its arguments, with
 * spaces between them; %20 and the like are decoded in each. No shell is asked.
 * Behind it is what a collector's URL would go on with. The program has
 *
 *     TEL_METHOD   POST, with the document on standard input; or GET
 *     TEL_PATH     /upload/2026-11-27, /config/latest.json
 *
 * and answers on standard output. Exit status 0 stands for code 200; 75 (EX_TEMPFAIL)
 * and 69 (EX_UNAVAILABLE) for "try again"; any other for code 400, and then the
 * first line of standard error says why. It runs in / and in a session of its
 * own, with no more than the three standard streams. */
#define _GNU_SOURCE
#include "../plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guardian.h"

TEL_PLUGIN_MANIFEST("name exec\n"
                    "version 1.0.0\n"
                    "summary hands documents to a program\n"
                    "transport exec\n")

/* ---- URL ----------------------------------------------------------------- */

enum { LONGEST = 4096, MOST_WORDS = 64 };

typedef struct command {
    char  text[2 * LONGEST];
    char *words[MOST_WORDS + 1];
    char  path[LONGEST + sizeof "TEL_PATH="];
} command;

static bool take_url(const char *url, command *into) {
    const char *mark = strrchr(url, '#');
    if (strncmp(url, "exec:", 5) != 0 || mark == NULL || mark[1] != '/' || strlen(url) >= LONGEST) return false;
    size_t count = 0;
    char *to = into->text;
    for (const char *next = url + 5; next < mark;) {
        size_t length = strcspn(next, " #");
        if (length > 0) {
            if (count == MOST_WORDS || !percent_decode(to, next, length)) return false;
            into->words[count++] = to;
            to += strlen(to) + 1;
        }
        next += length + 1;
    }
    into->words[count] = NULL;
    snprintf(into->path, sizeof into->path, "TEL_PATH=%s", mark + 1);
    return count > 0 && into->words[0][0] == '/';
}

/* ---- What the program gets ----------------------------------------------- */

extern char **environ;

/* The host's environment with two variables more; to be freed. */
static char **environment(char *method, char *path) {
    size_t count = 0, used = 0;
    while (environ != NULL && environ[count] != NULL) count++;
    char **made = malloc((count + 3) * sizeof *made);
    if (made == NULL) return NULL;
    for (size_t at = 0; at < count && environ[at] != NULL; at++) {
        if (strncmp(environ[at], "TEL_METHOD=", 11) != 0 && strncmp(environ[at], "TEL_PATH=", 9) != 0) made[used++] = environ[at];
    }
    made[used++] = method;
    made[used++] = path;
    made[used] = NULL;
    return made;
}

/* The document as a file in memory: the program may read as it likes, and if it
 * does not, nobody who writes to it gets SIGPIPE. */
static int input_of(const tel_document *document) {
    if (document == NULL) return open("/dev/null", O_RDONLY | O_CLOEXEC);
    int file = memfd_create("document", MFD_CLOEXEC);
    const char *from = document->bytes;
    for (size_t left = document->count; file >= 0 && left > 0;) {
        ssize_t written = write(file, from, left);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            close(file);
            return -1;
        }
        from += written;
        left -= (size_t)written;
    }
    if (file >= 0) lseek(file, 0, SEEK_SET);
    return file;
}

/* ---- What comes back ----------------------------------------------------- */

typedef struct results {
    char     complaint[256];
    size_t   complained;
    uint32_t left;         /* of the answer */
    bool     is_too_much;
    guardian_report report;
    size_t   reported;
} results;

/* Takes what is there to read. False at the end. */
static bool take(int from, int which, results *into, tel_answer *answer) {
    char bytes[16384];
    ssize_t count = read(from, bytes, sizeof bytes);
    if (count < 0) return errno == EINTR || errno == EAGAIN;
    if (count == 0) return false;
    size_t size = (size_t)count;
    if (which == 0) {
        if (size > into->left || answer->write(answer->context, bytes, size) != TEL_OK) into->is_too_much = true;
        else into->left -= (uint32_t)size;
    } else if (which == 1) {
        size_t room = sizeof into->complaint - 1 - into->complained;
        if (size > room) size = room;
        memcpy(into->complaint + into->complained, bytes, size);
        into->complained += size;
    } else {
        size_t room = sizeof into->report - into->reported;
        if (size > room) size = room;
        memcpy((char *)&into->report + into->reported, bytes, size);
        into->reported += size;
    }
    return true;
}

/* Reads until the guardian has said how it ended. True if the time was up. */
static bool follow(guardian *guard, long long end, results *into, tel_answer *answer) {
    struct pollfd open[3] = {{guard->output, POLLIN, 0}, {guard->error, POLLIN, 0}, {guard->report, POLLIN, 0}};
    while (open[2].fd >= 0) {
        long long left = end - milliseconds();
        if (left <= 0) return true;
        int ready = poll(open, 3, left > 1000 ? 1000 : (int)left);
        if (ready < 0 && errno != EINTR) return true;
        for (int which = 0; ready > 0 && which < 3; which++) {
            if (open[which].revents != 0 && !take(open[which].fd, which, into, answer)) open[which].fd = -1;
        }
        if (into->is_too_much) return false;
    }
    /* It has ended, and what it wrote is in the pipes. */
    for (int which = 0; which < 2; which++) {
        if (open[which].fd < 0) continue;
        fcntl(open[which].fd, F_SETFL, O_NONBLOCK);
        struct pollfd one = {open[which].fd, POLLIN, 0};
        while (!into->is_too_much && poll(&one, 1, 0) > 0 && take(one.fd, which, into, answer)) {}
    }
    return false;
}

static tel_status verdict(const results *seen, const char *program, tel_answer *answer) {
    char complaint[sizeof seen->complaint];
    snprintf(complaint, sizeof complaint, "%.*s", (int)strcspn(seen->complaint, "\n"), seen->complaint);
    const char *colon = *complaint != 0 ? ": " : "";
    if (seen->reported < sizeof seen->report) return fail(answer, TEL_E_IO, "%.200s was ended by somebody", program);
    if (seen->report.error != 0) return fail(answer, TEL_E_IO, "can't run %.200s: %s", program, strerror(seen->report.error));
    int status = seen->report.status;
    if (WIFSIGNALED(status)) return fail(answer, TEL_E_IO, "%.200s was ended by signal %d%s%s", program, WTERMSIG(status), colon, complaint);
    switch (WEXITSTATUS(status)) {
        case 0: answer->code = 200; return TEL_OK;
        case 69:
        case 75: return fail(answer, TEL_E_IO, "%.200s asks to try again%s%s", program, colon, complaint);
        default:
            answer->code = 400;
            fail(answer, TEL_OK, "%.200s ended with status %d%s%s", program, WEXITSTATUS(status), colon, complaint);
            return TEL_OK;
    }
}

/* ---- The plugin ---------------------------------------------------------- */

static tel_status exchange(void *state, const tel_request *request, tel_answer *answer) {
    (void)state;
    long long end = milliseconds() + request->timeout_ms;
    command *what = calloc(1, sizeof *what);
    if (what == NULL) return TEL_E_IO;
    if (!take_url(request->url, what)) {
        free(what);
        return fail(answer, TEL_E_INVALID, "%.200s is no command: exec:, the absolute path of a program, and its arguments", request->url);
    }
    char method[] = "TEL_METHOD=POST";
    if (request->document == NULL) strcpy(method, "TEL_METHOD=GET");
    char **variables = environment(method, what->path);
    int input = input_of(request->document);
    results seen = {.left = request->most};
    guardian guard;
    tel_status result;
    if (variables == NULL || input < 0 || !guardian_start(&guard, what->words, variables, input)) {
        result = fail(answer, TEL_E_IO, "can't run %.200s: %s", what->words[0], strerror(errno));
    } else {
        bool is_late = follow(&guard, end, &seen, answer);
        guardian_end(&guard);
        if (is_late) {
            result = fail(answer, TEL_E_TIMEOUT, "%.200s took longer than %u ms and was ended", what->words[0], request->timeout_ms);
        } else if (seen.is_too_much) {
            result = fail(answer, TEL_E_IO, "the answer of %.200s is longer than %u bytes", what->words[0], request->most);
        } else {
            result = verdict(&seen, what->words[0], answer);
        }
    }
    if (input >= 0) close(input);
    free(variables);
    free(what);
    return result;
}

static const void *query(const char *interface_id) {
    static const char *const schemes[] = {"exec", NULL};
    static const tel_transport transport = {sizeof transport, 0, schemes, NULL, exchange};
    return strcmp(interface_id, TEL_TRANSPORT) == 0 ? &transport : NULL;
}

TEL_EXPORT const tel_plugin *tel_plugin_entry(void) {
    static const tel_plugin plugin = {sizeof plugin, TEL_PLUGIN_ABI, "exec", "1.0.0", "hands documents to a program", NULL, NULL, query};
    return &plugin;
}
