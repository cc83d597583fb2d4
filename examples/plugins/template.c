/* template.c - a transport for libtel, to copy and change.
 *
 *     cc -shared -fPIC -fvisibility=hidden -o template.so template.c
 *     tel plugins check ./template.so
 *
 * It carries documents to URLs that begin with "template:": each becomes a file
 * where the URL says, as "template:/srv/reports/upload/2026-11-27".
 * Search for CHANGE: what is yours to say stands there.
 *
 * A plugin's functions do not throw, end the process, change signal handlers or
 * print. What they could not do they answer with a status, and say why.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tel/plugin.h>

/* CHANGE: the name, which no other plugin has, and the schemes of URLs. libtel
 * reads this from the file, before any of its code runs. */
#define NAME    "template"
#define VERSION "1.0.0"
#define SUMMARY "carries documents to a folder"
#define SCHEME  "template"

TEL_PLUGIN_MANIFEST("name " NAME "\n"
                    "version " VERSION "\n"
                    "summary " SUMMARY "\n"
                    "transport " SCHEME "\n")

/* CHANGE: what the plugin keeps between calls: connections, settings. */
typedef struct template {
    const tel_host *host;      /* valid until stop returns */
    int             is_quiet;
} template;

/* Once, before anything else. `settings` is what the program gave tel_plugin_load;
 * NULL for libtel's own folder. A failure is logged, with what to do. */
static tel_status start(const tel_host *host, const char *settings, void **state) {
    /* CHANGE: the settings. Take all, or refuse; nobody reads a guess. */
    if (settings != NULL && *settings != 0 && strcmp(settings, "quiet") != 0) {
        host->log(host->self, TEL_ERROR, "the settings are \"quiet\" or nothing");
        return TEL_E_INVALID;
    }
    template *own = calloc(1, sizeof *own);
    if (own == NULL) return TEL_E_FULL;
    own->host = host;
    own->is_quiet = settings != NULL && *settings != 0;
    *state = own;
    return TEL_OK;
}

static void stop(void *state) { free(state); }

/* ---- The exchange -------------------------------------------------------- */

/* A sentence for people, and what libtel is to do: TEL_E_IO and TEL_E_TIMEOUT
 * mean "later", everything else "never". */
static tel_status fail(tel_answer *answer, tel_status status, const char *problem) {
    answer->tell(answer->context, "problem", problem);
    return status;
}

/* "template:/srv/reports/upload/2026-11-27" is a folder and what libtel writes
 * behind it: where the file is; NULL: the URL is none of ours. CHANGE. */
static const char *find(const char *url) {
    if (strncmp(url, SCHEME ":/", sizeof SCHEME + 1) != 0) return NULL;
    const char *path = url + sizeof SCHEME;
    return strlen(path) < PATH_MAX - 16 && strstr(path, "/..") == NULL ? path : NULL;
}

/* Delivers: complete or not at all. The same document may come again, if libtel
 * did not hear the answer. */
static tel_status deliver(const char *path, const tel_document *document, tel_answer *answer) {
    char fresh[PATH_MAX];
    /* Its folder, in a folder that is there. */
    snprintf(fresh, sizeof fresh, "%.*s", (int)(strrchr(path, '/') - path), path);
    mkdir(fresh, 0755);
    snprintf(fresh, sizeof fresh, "%s.XXXXXX", path);
    int file = mkostemp(fresh, O_CLOEXEC);
    if (file < 0) return fail(answer, TEL_E_IO, strerror(errno));
    size_t done = 0;
    while (done < document->count) {
        ssize_t count = write(file, (const char *)document->bytes + done, document->count - done);
        if (count <= 0) break;
        done += (size_t)count;
    }
    int is_whole = done == document->count && fsync(file) == 0;
    close(file);
    if (!is_whole || rename(fresh, path) != 0) {
        unlink(fresh);
        return fail(answer, TEL_E_IO, "the document cannot be kept");
    }
    answer->code = 201;
    return TEL_OK;
}

/* Fetches: gives what is there to write, piece by piece, until that says stop. */
static tel_status fetch(const char *path, tel_answer *answer) {
    char bytes[4096];
    ssize_t count;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0 && errno != ENOENT && errno != ENOTDIR) return fail(answer, TEL_E_IO, strerror(errno));
    /* That nothing is there is an answer, too. */
    answer->code = file < 0 ? 404 : 200;
    if (file < 0) return TEL_OK;
    tel_status status = TEL_OK;
    while (status == TEL_OK && (count = read(file, bytes, sizeof bytes)) > 0) status = answer->write(answer->context, bytes, (size_t)count);
    close(file);
    return status;
}

/* CHANGE: the work. One call at a time, from any thread. It is over within
 * request->timeout_ms, and keeps no pointer of the request or the answer. */
static tel_status exchange(void *state, const tel_request *request, tel_answer *answer) {
    template *own = state;
    const char *path = find(request->url);
    if (path == NULL) return fail(answer, TEL_E_INVALID, "the URL is not template:/folder");
    if (!own->is_quiet) own->host->count(own->host->self, "template/exchanges", 1);
    return request->document != NULL ? deliver(path, request->document, answer) : fetch(path, answer);
}

/* ---- What it is ---------------------------------------------------------- */

/* Another interface is another `if`. What is not known is answered with NULL. */
static const void *query(const char *interface_id) {
    static const char *const schemes[] = {SCHEME, NULL};
    static const tel_transport transport = {sizeof transport, 0, schemes, NULL, exchange};
    if (strcmp(interface_id, TEL_TRANSPORT) == 0) return &transport;
    return NULL;
}

TEL_EXPORT const tel_plugin *tel_plugin_entry(void) {
    static const tel_plugin plugin = {sizeof plugin, TEL_PLUGIN_ABI, NAME, VERSION, SUMMARY, start, stop, query};
    return &plugin;
}
